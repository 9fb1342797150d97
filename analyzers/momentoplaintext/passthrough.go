package momentoplaintext

import (
	"go/types"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
)

// passthrough lists the arguments that flow into a result, counted as Args
// counts them; empty means all.
type passthrough struct {
	args []int
	mode mode
	// format: the function is like fmt.Sprintf, with the format at that place.
	format bool
}

// passthroughRow describes functions and methods of one type (or none) of a package.
type passthroughRow struct {
	pkg, typ string
	names    string
	passthrough
}

// passthroughRows are the functions of other packages whose result holds what they
// are given. All others are taken to keep it to themselves.
func passthroughRows() []passthroughRow {
	return []passthroughRow{
		{"fmt", "", "Sprint Sprintln Append Appendln", passthrough{}},
		{"fmt", "", "Sprintf", passthrough{format: true}},
		{"fmt", "", "Appendf", passthrough{format: true}},
		{"strings", "", "Clone ToLower ToUpper ToTitle Title TrimSpace Trim TrimLeft TrimRight TrimPrefix TrimSuffix TrimFunc TrimLeftFunc TrimRightFunc ToValidUTF8 Repeat Cut CutPrefix CutSuffix NewReader", passthrough{args: []int{0}}},
		{"strings", "", "Map", passthrough{args: []int{1}}},
		{"strings", "", "Replace ReplaceAll", passthrough{args: []int{0, 2}}},
		{"strings", "", "Join NewReplacer", passthrough{}},
		{"strings", "Replacer", "Replace", passthrough{}},
		{"strings", "Builder", "String", passthrough{args: []int{0}}},
		{"bytes", "", "Clone ToLower ToUpper TrimSpace Trim TrimLeft TrimRight TrimPrefix TrimSuffix Repeat Cut CutPrefix CutSuffix NewReader NewBuffer NewBufferString", passthrough{args: []int{0}}},
		{"bytes", "", "Replace ReplaceAll", passthrough{args: []int{0, 2}}},
		{"bytes", "", "Join", passthrough{}},
		{"bytes", "Buffer", "String Bytes", passthrough{args: []int{0}}},
		{"strconv", "", "Quote QuoteToASCII QuoteToGraphic", passthrough{args: []int{0}}},
		{"strconv", "", "AppendQuote AppendQuoteToASCII", passthrough{}},
		{"html", "", "EscapeString", passthrough{args: []int{0}}},
		{"html/template", "", "HTMLEscapeString JSEscapeString URLQueryEscaper", passthrough{}},
		{"net/url", "", "QueryEscape PathEscape User UserPassword", passthrough{}},
		{"net/url", "Userinfo", "String Username", passthrough{args: []int{0}}},
		{"net/url", "Values", "Encode Get", passthrough{args: []int{0}}},
		{"net/url", "URL", "String", passthrough{args: []int{0}}},
		{"encoding/base64", "Encoding", "EncodeToString DecodeString", passthrough{args: []int{1}}},
		{"encoding/base64", "Encoding", "AppendEncode", passthrough{args: []int{1, 2}}},
		{"encoding/base32", "Encoding", "EncodeToString", passthrough{args: []int{1}}},
		{"encoding/base32", "Encoding", "AppendEncode", passthrough{args: []int{1, 2}}},
		{"encoding/hex", "", "EncodeToString Dump", passthrough{args: []int{0}}},
		{"encoding/hex", "", "AppendEncode", passthrough{}},
		{"encoding/json", "", "Marshal MarshalIndent", passthrough{args: []int{0}, mode: encoded}},
		{"encoding/xml", "", "Marshal MarshalIndent", passthrough{args: []int{0}, mode: encoded}},
		{"gopkg.in/yaml.v2", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"gopkg.in/yaml.v3", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"go.yaml.in/yaml/v3", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"go.yaml.in/yaml/v4", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"github.com/goccy/go-yaml", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"sigs.k8s.io/yaml", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"github.com/BurntSushi/toml", "", "Marshal", passthrough{args: []int{0}, mode: encoded}},
		{"cmp", "", "Or", passthrough{}},
		{"io", "", "NopCloser ReadAll LimitReader TeeReader", passthrough{args: []int{0}}},
		{"io", "", "MultiReader", passthrough{}},
		{"bufio", "", "NewReader NewReaderSize", passthrough{args: []int{0}}},
		{"slices", "", "Clone Concat Values Sorted Collect", passthrough{}},
		{"maps", "", "Clone Values Collect", passthrough{}},
		{"sync/atomic", "Value", "Load", passthrough{args: []int{0}}},
		{"sync/atomic", "Pointer", "Load", passthrough{args: []int{0}}},
		{"sync", "Map", "Load LoadOrStore LoadAndDelete", passthrough{args: []int{0}}},
		{"errors", "", "Join", passthrough{}},
		{"log/slog", "", "String Any Group Attr StringValue AnyValue GroupValue GroupAttrs", passthrough{}},
		{"go.uber.org/zap", "", "String Strings ByteString Binary Any Reflect Stringp Stringer Inline Object Dict Fields", passthrough{}},
	}
}

// passthroughs is the table by name. It is made when first asked for, as all tables
// here: go vet starts the tool for every package, and few use Momento.
var passthroughs = sync.OnceValue(func() map[named]passthrough {
	table := make(map[named]passthrough)
	for _, r := range passthroughRows() {
		for name := range strings.FieldsSeq(r.names) {
			table[named{r.pkg, r.typ, name}] = r.passthrough
		}
	}
	return table
})

// passthroughOf reports whether the result of a function of another package holds what
// the function is given.
func passthroughOf(fn *types.Func) (passthrough, bool) {
	if fn.Pkg() == nil {
		return passthrough{}, false
	}
	h, ok := passthroughs()[named{fn.Pkg().Path(), owner(fn), fn.Name()}]
	return h, ok
}

// places are the arguments to go on with.
func (h passthrough) places(p place, args []ssa.Value) []place {
	if h.mode != printed {
		p.State.Mode = h.mode
	} else if p.State.Mode == encoded {
		// Encoding a text shows the text as it was printed.
		p.State.Mode = printed
	}
	which := h.args
	if which == nil {
		which = make([]int, len(args))
		for i := range which {
			which[i] = i
		}
	}
	var next []place
	for _, i := range which {
		if i >= len(args) {
			continue
		}
		list, ok := flow.Variadic(args[i])
		if !ok || i != len(args)-1 {
			next = append(next, p.At(args[i], ""))
			continue
		}
		modes := make([]verb, len(list))
		if h.format && i > 0 {
			modes = formatModes(args[i-1], len(list))
		}
		for j, v := range list {
			if v != nil && !modes[j].hidden && !(modes[j].pointer && isPointer(v)) {
				q := p.At(v, "")
				q.State.Mode = max(q.State.Mode, modes[j].mode)
				next = append(next, q)
			}
		}
	}
	return next
}

// exempt reports whether nothing is to be concluded about a function of another
// package: those that keep secrets, hash or encrypt.
func exempt(fn *types.Func) bool {
	path := fn.Pkg().Path()
	if path == "crypto" || strings.HasPrefix(path, "crypto/") || strings.HasPrefix(path, "hash/") || path == "hash" {
		return true
	}
	for _, keeper := range keepers {
		if path == keeper || strings.HasPrefix(path, keeper+"/") {
			return true
		}
	}
	return masks(fn.Name())
}

// keepers are the secret managers' client libraries.
var keepers = []string{
	"github.com/aws/aws-sdk-go/service/secretsmanager", "github.com/aws/aws-sdk-go-v2/service/secretsmanager",
	"github.com/aws/aws-sdk-go/service/ssm", "github.com/aws/aws-sdk-go-v2/service/ssm",
	"cloud.google.com/go/secretmanager", "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault",
	"github.com/Azure/azure-sdk-for-go/sdk/keyvault", "github.com/hashicorp/vault",
	"k8s.io/api", "k8s.io/client-go", "golang.org/x/crypto", "filippo.io/age",
}
