// Package action is what momentolint knows of GitHub Actions: which commits an
// event is about, how to get them where the checkout is too shallow, and how to
// hand results to the steps that follow.
package action

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Mode is how much of the repository an event asks to look at.
type Mode int

// The modes.
const (
	// Tree: the files as they are checked out.
	Tree Mode = iota
	// Commits: what some commits added.
	Commits
	// Nothing: the event brings no content (a deleted branch).
	Nothing
)

// Plan is what is to be scanned for an event.
type Plan struct {
	Mode Mode
	// Title says what it is, for people ("pull request #7").
	Title string
	// Head is the newest commit, as a full object id; only for Commits.
	Head string
	// Base is the commit that was there before, "" if there was none.
	Base string
	// Fallback is the branch whose commits count as known if Base is "" or
	// gone; "" = none, then all that Head reaches is new.
	Fallback string
	// MayBeGone reports that Base may be gone for good, as after a forced push.
	MayBeGone bool
}

// payload is the part of GitHub's event payloads that matters here
// (https://docs.github.com/en/webhooks/webhook-events-and-payloads).
type payload struct {
	Number      int `json:"number"`
	PullRequest *struct {
		Base commitRef `json:"base"`
		Head commitRef `json:"head"`
	} `json:"pull_request"`
	MergeGroup *struct {
		BaseSHA string `json:"base_sha"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
	Ref        string `json:"ref"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Deleted    bool   `json:"deleted"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

type commitRef struct {
	SHA string `json:"sha"`
}

// NewPlan reads an event: its name (GITHUB_EVENT_NAME) and payload
// (the file GITHUB_EVENT_PATH). Events without commits of their own
// (schedule, workflow_dispatch, …) are about the tree.
func NewPlan(name string, event []byte) (Plan, error) {
	var p payload
	if err := json.Unmarshal(event, &p); err != nil {
		return Plan{}, fmt.Errorf("reading the payload of the event %s: %w", name, err)
	}
	var plan Plan
	switch name {
	case "pull_request", "pull_request_target":
		if p.PullRequest == nil {
			return Plan{}, fmt.Errorf("the payload of the event %s has no pull_request", name)
		}
		plan = Plan{Mode: Commits, Title: fmt.Sprintf("pull request #%d", p.Number), Head: p.PullRequest.Head.SHA, Base: p.PullRequest.Base.SHA}
	case "merge_group":
		if p.MergeGroup == nil {
			return Plan{}, errors.New("the payload of the event merge_group has no merge_group")
		}
		plan = Plan{Mode: Commits, Title: "merge group", Head: p.MergeGroup.HeadSHA, Base: p.MergeGroup.BaseSHA}
	case "push":
		plan = p.push()
	default:
		return Plan{Mode: Tree, Title: "all files"}, nil
	}
	if plan.Mode == Nothing {
		return plan, nil
	}
	for _, id := range []string{plan.Head, plan.Base} {
		if id != "" && !isID(id) {
			return Plan{}, fmt.Errorf("the payload of the event %s names %.70q as a commit", name, id)
		}
	}
	if plan.Head == "" {
		return Plan{}, fmt.Errorf("the payload of the event %s names no commit", name)
	}
	return plan, nil
}

func (p *payload) push() Plan {
	title, branch := "push to ", strings.TrimPrefix(p.Ref, "refs/heads/")
	if tag, ok := strings.CutPrefix(p.Ref, "refs/tags/"); ok {
		title, branch = "push of the tag ", tag
	}
	if p.Deleted {
		return Plan{Mode: Nothing, Title: "the deletion of " + branch}
	}
	plan := Plan{Mode: Commits, Title: title + branch, Head: p.After, Base: p.Before, MayBeGone: true}
	if strings.Trim(plan.Base, "0") == "" {
		plan.Base = ""
	}
	// What the default branch has is not new on another branch. On the default
	// branch itself this would hide everything.
	if p.Ref != "refs/heads/"+p.Repository.DefaultBranch {
		plan.Fallback = p.Repository.DefaultBranch
	}
	return plan
}

// isID reports whether the text is a full object id, SHA-1 or SHA-256.
func isID(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}
