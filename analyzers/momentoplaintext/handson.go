package momentoplaintext

import (
	"go/types"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
)

// hands says which arguments of a function its result holds, counted as Args
// does; none means all of them.
type hands struct {
	args []int
	mode mode
	// format: the function is like fmt.Sprintf, with the format at that place.
	format bool
}

// handRow describes functions and methods of one type (or none) of a package.
type handRow struct {
	pkg, typ string
	names    string
	hands
}

// handRows are the functions of other packages whose result holds what they
// are given. All others are taken to keep it to themselves.
func handRows() []handRow {
	return []handRow{
		{"fmt", "", "Sprint Sprintln Append Appendln", hands{}},
		{"fmt", "", "Sprintf", hands{format: true}},
		{"fmt", "", "Appendf", hands{format: true}},
		{"strings", "", "Clone ToLower ToUpper ToTitle Title TrimSpace Trim TrimLeft TrimRight TrimPrefix TrimSuffix TrimFunc TrimLeftFunc TrimRightFunc ToValidUTF8 Repeat Cut CutPrefix CutSuffix NewReader", hands{args: []int{0}}},
		{"strings", "", "Map", hands{args: []int{1}}},
		{"strings", "", "Replace ReplaceAll", hands{args: []int{0, 2}}},
		{"strings", "", "Join NewReplacer", hands{}},
		{"strings", "Replacer", "Replace", hands{}},
		{"strings", "Builder", "String", hands{args: []int{0}}},
		{"bytes", "", "Clone ToLower ToUpper TrimSpace Trim TrimLeft TrimRight TrimPrefix TrimSuffix Repeat Cut CutPrefix CutSuffix NewReader NewBuffer NewBufferString", hands{args: []int{0}}},
		{"bytes", "", "Replace ReplaceAll", hands{args: []int{0, 2}}},
		{"bytes", "", "Join", hands{}},
		{"bytes", "Buffer", "String Bytes", hands{args: []int{0}}},
		{"strconv", "", "Quote QuoteToASCII QuoteToGraphic", hands{args: []int{0}}},
		{"strconv", "", "AppendQuote AppendQuoteToASCII", hands{}},
		{"html", "", "EscapeString", hands{args: []int{0}}},
		{"html/template", "", "HTMLEscapeString JSEscapeString URLQueryEscaper", hands{}},
		{"net/url", "", "QueryEscape PathEscape User UserPassword", hands{}},
		{"net/url", "Userinfo", "String Username", hands{args: []int{0}}},
		{"net/url", "Values", "Encode Get", hands{args: []int{0}}},
		{"net/url", "URL", "String", hands{args: []int{0}}},
		{"encoding/base64", "Encoding", "EncodeToString DecodeString", hands{args: []int{1}}},
		{"encoding/base64", "Encoding", "AppendEncode", hands{args: []int{1, 2}}},
		{"encoding/base32", "Encoding", "EncodeToString", hands{args: []int{1}}},
		{"encoding/base32", "Encoding", "AppendEncode", hands{args: []int{1, 2}}},
		{"encoding/hex", "", "EncodeToString Dump", hands{args: []int{0}}},
		{"encoding/hex", "", "AppendEncode", hands{}},
		{"encoding/json", "", "Marshal MarshalIndent", hands{args: []int{0}, mode: encoded}},
		{"encoding/xml", "", "Marshal MarshalIndent", hands{args: []int{0}, mode: encoded}},
		{"gopkg.in/yaml.v2", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"gopkg.in/yaml.v3", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"go.yaml.in/yaml/v3", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"go.yaml.in/yaml/v4", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"github.com/goccy/go-yaml", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"sigs.k8s.io/yaml", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"github.com/BurntSushi/toml", "", "Marshal", hands{args: []int{0}, mode: encoded}},
		{"cmp", "", "Or", hands{}},
		{"io", "", "NopCloser ReadAll LimitReader TeeReader", hands{args: []int{0}}},
		{"io", "", "MultiReader", hands{}},
		{"bufio", "", "NewReader NewReaderSize", hands{args: []int{0}}},
		{"slices", "", "Clone Concat Values Sorted Collect", hands{}},
		{"maps", "", "Clone Values Collect", hands{}},
		{"sync/atomic", "Value", "Load", hands{args: []int{0}}},
		{"sync/atomic", "Pointer", "Load", hands{args: []int{0}}},
		{"sync", "Map", "Load LoadOrStore LoadAndDelete", hands{args: []int{0}}},
		{"errors", "", "Join", hands{}},
		{"log/slog", "", "String Any Group Attr StringValue AnyValue GroupValue GroupAttrs", hands{}},
		{"go.uber.org/zap", "", "String Strings ByteString Binary Any Reflect Stringp Stringer Inline Object Dict Fields", hands{}},
	}
}

// handing is the table by name. It is made when first asked for, as all tables
// here: go vet starts the tool for every package, and few use Momento.
var handing = sync.OnceValue(func() map[named]hands {
	table := make(map[named]hands)
	for _, r := range handRows() {
		for name := range strings.FieldsSeq(r.names) {
			table[named{r.pkg, r.typ, name}] = r.hands
		}
	}
	return table
})

// handsOn reports whether the result of a function of another package holds what
// the function is given.
func handsOn(fn *types.Func) (hands, bool) {
	if fn.Pkg() == nil {
		return hands{}, false
	}
	h, ok := handing()[named{fn.Pkg().Path(), owner(fn), fn.Name()}]
	return h, ok
}

// places are the arguments to go on with.
func (h hands) places(p place, args []ssa.Value) []place {
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
