package corpus

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Path is the module path of the corpus.
const Path = "example.com/corpus"

// standIns are the modules that stand for those the corpus imports, with the
// version that the corpus requires: it makes them other people's modules.
var standIns = map[string]string{
	"github.com/momentohq/client-sdk-go": "v1.40.1",
	"go.uber.org/zap":                    "v1.27.0",
	"github.com/rs/zerolog":              "v1.33.0",
	"github.com/sirupsen/logrus":         "v1.9.3",
	"github.com/spf13/cobra":             "v1.8.1",
	"k8s.io/klog/v2":                     "v2.130.1",
	"k8s.io/api":                         "v0.31.0",
	"k8s.io/client-go":                   "v0.31.0",
	"github.com/golang/glog":             "v1.2.2",
	"github.com/go-logr/logr":            "v1.4.2",
	"gopkg.in/yaml.v3":                   "v3.0.1",
	"github.com/hashicorp/vault/api":     "v1.15.0",
	"cloud.google.com/go/secretmanager":  "v1.14.0",
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets": "v1.3.0",
	"go.opentelemetry.io/otel":                            "v1.30.0",
	"github.com/prometheus/client_golang":                 "v1.20.0",
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager": "v1.32.0",
	"thirdparty.example":                                  "v1.0.0",
	"filippo.io/age":                                      "v1.2.1",
	"github.com/DataDog/dd-trace-go/v2":                   "v2.0.0",
	"github.com/aws/aws-lambda-go":                        "v1.47.0",
	"github.com/getsentry/sentry-go":                      "v0.32.0",
	"github.com/gin-gonic/gin":                            "v1.10.0",
	"github.com/go-chi/render":                            "v1.0.3",
	"github.com/gofiber/fiber/v2":                         "v2.52.0",
	"github.com/gorilla/websocket":                        "v1.5.3",
	"github.com/hashicorp/go-hclog":                       "v1.6.3",
	"github.com/labstack/echo/v4":                         "v4.13.0",
	"github.com/opentracing/opentracing-go":               "v1.2.0",
	"github.com/pkg/errors":                               "v0.9.1",
	"go.opencensus.io":                                    "v0.24.0",
	"google.golang.org/grpc":                              "v1.80.0",
	"gopkg.in/DataDog/dd-trace-go.v1":                     "v1.72.2",
}

// Module makes a module of the corpus, for drivers that work on modules, and
// gives its directory. Golden files are left out.
func Module(t testing.TB, root string) string {
	t.Helper()
	src := filepath.Join(Dir(), "src")
	dir := filepath.Join(root, "corpus")
	copyTree(t, filepath.Join(src, filepath.FromSlash(Path)), dir)
	var mod strings.Builder
	fmt.Fprintf(&mod, "module %s\n\ngo 1.25.0\n\n", Path)
	for path, version := range standIns {
		copyTree(t, filepath.Join(src, filepath.FromSlash(path)), filepath.Join(root, "modules", filepath.FromSlash(path)))
		write(t, filepath.Join(root, "modules", filepath.FromSlash(path), "go.mod"), "module "+path+"\n\ngo 1.25.0\n")
		fmt.Fprintf(&mod, "require %s %s\n\nreplace %s => ../modules/%s\n\n", path, version, path, path)
	}
	write(t, filepath.Join(dir, "go.mod"), mod.String())
	return dir
}

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".golden") {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		write(t, filepath.Join(to, name), string(content))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Place is a line of a file of the corpus, with slashes, from its root.
type Place struct {
	File string
	Line int
}

// Expected returns what the comments of the corpus expect, as analysistest reads
// them: the messages' patterns by place.
func Expected(t testing.TB) map[Place][]*regexp.Regexp {
	t.Helper()
	root := filepath.Join(Dir(), "src", filepath.FromSlash(Path))
	expected := make(map[Place][]*regexp.Regexp)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(content), "\n") {
			m := want.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			at := Place{filepath.ToSlash(name), i + 1}
			if m[1] != "" {
				offset, err := strconv.Atoi(m[1])
				if err != nil {
					return err
				}
				at.Line += offset
			}
			for _, p := range pattern.FindAllStringSubmatch(m[2], -1) {
				expected[at] = append(expected[at], regexp.MustCompile(p[1]))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return expected
}

var (
	want    = regexp.MustCompile("/[/*] want (?:\\+(\\d+) )?(`.*)$")
	pattern = regexp.MustCompile("`([^`]*)`")
)
