package importer

// kingfisherFinding is a finding of Kingfisher: an element of findings in its
// JSON, or one of its JSON lines.
type kingfisherFinding struct {
	Rule struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"rule"`
	Finding struct {
		// Snippet is the secret.
		Snippet string `json:"snippet"`
		Path    string `json:"path"`
		// Line counts from 1, columns from 0.
		Line        int    `json:"line"`
		ColumnStart int    `json:"column_start"`
		ColumnEnd   int    `json:"column_end"`
		Encoding    string `json:"encoding"`
		GitMetadata *struct {
			Commit struct {
				ID        string           `json:"id"`
				Date      string           `json:"date"`
				Message   string           `json:"message"`
				Committer kingfisherPerson `json:"committer"`
				Author    kingfisherPerson `json:"author"`
			} `json:"commit"`
			File struct {
				Path string `json:"path"`
			} `json:"file"`
		} `json:"git_metadata"`
	} `json:"finding"`
}

type kingfisherPerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (k *kingfisherFinding) entry() *Entry {
	f := &k.Finding
	e := &Entry{Rule: k.Rule.ID, File: toSlash(f.Path), StartLine: max(0, f.Line), EndLine: max(0, f.Line), Texts: []string{f.Snippet}}
	if f.ColumnEnd > 0 && f.ColumnStart >= 0 {
		// Where a column ends depends on the version; the secret tells.
		e.StartColumn = f.ColumnStart + 1
		e.EndColumn, e.Spanned = e.StartColumn+len(f.Snippet), f.Snippet
	}
	if git := f.GitMetadata; git != nil {
		who := git.Commit.Author
		if who.Name == "" && who.Email == "" {
			who = git.Commit.Committer
		}
		e.Commit = commit(git.Commit.ID, who.Name, who.Email, git.Commit.Date, git.Commit.Message)
		if git.File.Path != "" {
			e.File = toSlash(git.File.Path)
		}
	}
	e.decodedFrom([]string{f.Encoding})
	return e
}
