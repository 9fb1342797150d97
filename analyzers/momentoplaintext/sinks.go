package momentoplaintext

import (
	"go/types"
	"strings"
	"sync"

	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// sink is a function that makes some of its arguments readable. Arguments are
// counted as in the source, the receiver not among them.
type sink struct {
	medium medium
	mode   mode
	// from and to are the arguments that are shown; to 0 means all further ones.
	from, to int
	// format: the first of them is a format for the others.
	format bool
	// writer: where the text goes is decided by an argument, or the receiver.
	writer writer
	// self: what the receiver holds is shown, and no argument.
	self bool
}

// writer says what decides where the text goes.
type writer uint8

const (
	_ writer = iota // nothing does
	// firstArgument is an io.Writer; one that nothing is known of counts as
	// output.
	firstArgument
	// strictArgument is an io.Writer; one that nothing is known of does not
	// count.
	strictArgument
	// receiver is an io.Writer itself, or something made from one.
	receiver
	// responseHeader is the receiver, which counts if it is that of a response.
	responseHeader
)

// row describes functions and methods of one type (or none) of a package.
type row struct {
	pkg, typ string
	names    string // separated by blanks
	sink
}

// rows are the sinks by name. Loggers are in a list of their own below, as
// their methods follow a pattern.
func rows() []row {
	return []row{
		{"fmt", "", "Print Println", sink{medium: output}},
		{"fmt", "", "Printf", sink{medium: output, format: true}},
		{"fmt", "", "Fprint Fprintln", sink{medium: output, from: 1, writer: firstArgument}},
		{"fmt", "", "Fprintf", sink{medium: output, from: 1, format: true, writer: firstArgument}},
		{"fmt", "", "Errorf", sink{medium: failure, format: true}},
		{"errors", "", "New", sink{medium: failure}},
		{"github.com/pkg/errors", "", "New", sink{medium: failure}},
		{"github.com/pkg/errors", "", "Errorf", sink{medium: failure, format: true}},
		{"github.com/pkg/errors", "", "Wrap WithMessage", sink{medium: failure, from: 1}},
		{"github.com/pkg/errors", "", "Wrapf WithMessagef", sink{medium: failure, from: 1, format: true}},
		{"google.golang.org/grpc/status", "", "New Error", sink{medium: failure, from: 1}},
		{"google.golang.org/grpc/status", "", "Newf Errorf", sink{medium: failure, from: 1, format: true}},

		{"github.com/spf13/cobra", "Command", "Print Println PrintErr PrintErrln", sink{medium: output}},
		{"github.com/spf13/cobra", "Command", "Printf PrintErrf", sink{medium: output, format: true}},

		{"log", "", "Print Println Fatal Fatalln Panic Panicln SetPrefix", sink{medium: logs}},
		{"log", "", "Printf Fatalf Panicf", sink{medium: logs, format: true}},
		{"log", "", "Output", sink{medium: logs, from: 1}},
		{"log", "", "New", sink{medium: logs, from: 1, to: 2}},
		{"log", "Logger", "Print Println Fatal Fatalln Panic Panicln SetPrefix", sink{medium: logs}},
		{"log", "Logger", "Printf Fatalf Panicf", sink{medium: logs, format: true}},
		{"log", "Logger", "Output", sink{medium: logs, from: 1}},
		{"log/slog", "", "Debug Info Warn Error With", sink{medium: logs}},
		{"log/slog", "", "DebugContext InfoContext WarnContext ErrorContext", sink{medium: logs, from: 1}},
		{"log/slog", "", "Log LogAttrs", sink{medium: logs, from: 2}},
		{"log/slog", "", "NewRecord", sink{medium: logs, from: 2, to: 3}},
		{"log/slog", "Record", "Add AddAttrs", sink{medium: logs}},
		{"log/slog", "Handler", "WithAttrs WithGroup", sink{medium: logs}},
		{"log/slog", "TextHandler", "WithAttrs WithGroup", sink{medium: logs}},
		{"log/slog", "JSONHandler", "WithAttrs WithGroup", sink{medium: logs}},
		{"log/slog", "Logger", "Debug Info Warn Error With WithGroup", sink{medium: logs}},
		{"log/slog", "Logger", "DebugContext InfoContext WarnContext ErrorContext", sink{medium: logs, from: 1}},
		{"log/slog", "Logger", "Log LogAttrs", sink{medium: logs, from: 2}},
		{"log/syslog", "Writer", "Alert Crit Debug Emerg Err Info Notice Warning Write", sink{medium: logs}},
		{"go.uber.org/zap/zapcore", "CheckedEntry", "Write", sink{medium: logs}},
		{"k8s.io/klog/v2", "", "LoggerWithValues LoggerWithName", sink{medium: logs, from: 1}},
		{"testing", "common", "Log Error Fatal Skip", sink{medium: logs}},
		{"testing", "common", "Logf Errorf Fatalf Skipf", sink{medium: logs, format: true}},
		{"testing", "TB", "Log Error Fatal Skip", sink{medium: logs}},
		{"testing", "TB", "Logf Errorf Fatalf Skipf", sink{medium: logs, format: true}},

		{"os", "", "WriteFile", sink{medium: file, from: 1, to: 2}},
		{"io/ioutil", "", "WriteFile", sink{medium: file, from: 1, to: 2}},
		{"os", "File", "Write WriteString", sink{medium: file, writer: receiver}},
		{"os", "File", "WriteAt", sink{medium: file, to: 1, writer: receiver}},
		{"os", "File", "ReadFrom", sink{medium: file, writer: receiver}},
		{"syscall", "", "Write", sink{medium: file, from: 1}},
		{"golang.org/x/sys/unix", "", "Write", sink{medium: file, from: 1}},
		{"os", "Root", "WriteFile", sink{medium: file, from: 1, to: 2}},
		{"io", "", "WriteString", sink{from: 1, writer: strictArgument}},
		{"io", "", "Copy CopyN CopyBuffer", sink{from: 1, to: 2, writer: strictArgument}},
		{"bytes", "Buffer", "WriteTo", sink{writer: strictArgument, self: true}},
		{"bytes", "Reader", "WriteTo", sink{writer: strictArgument, self: true}},
		{"strings", "Reader", "WriteTo", sink{writer: strictArgument, self: true}},
		{"io", "Writer", "Write", sink{writer: receiver}},
		{"io", "StringWriter", "WriteString", sink{writer: receiver}},
		{"bufio", "Writer", "Write WriteString ReadFrom", sink{writer: receiver}},
		{"compress/flate", "Writer", "Write", sink{writer: receiver}},
		{"compress/gzip", "Writer", "Write", sink{writer: receiver}},
		{"compress/lzw", "Writer", "Write", sink{writer: receiver}},
		{"compress/zlib", "Writer", "Write", sink{writer: receiver}},
		{"archive/tar", "Writer", "Write", sink{writer: receiver}},
		{"text/tabwriter", "Writer", "Write", sink{writer: receiver}},
		{"encoding/csv", "Writer", "Write WriteAll", sink{writer: receiver}},
		{"encoding/binary", "", "Write", sink{from: 2, writer: strictArgument}},

		// What a template is given is there to be shown.
		{"text/template", "Template", "Execute", sink{mode: encoded, from: 1, writer: firstArgument}},
		{"text/template", "Template", "ExecuteTemplate", sink{mode: encoded, from: 2, writer: firstArgument}},
		{"html/template", "Template", "Execute", sink{mode: encoded, from: 1, writer: firstArgument}},
		{"html/template", "Template", "ExecuteTemplate", sink{mode: encoded, from: 2, writer: firstArgument}},

		{"encoding/json", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"encoding/xml", "Encoder", "Encode EncodeElement", sink{mode: encoded, to: 1, writer: receiver}},
		{"encoding/gob", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"gopkg.in/yaml.v2", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"gopkg.in/yaml.v3", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"go.yaml.in/yaml/v2", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"go.yaml.in/yaml/v3", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"go.yaml.in/yaml/v4", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"github.com/goccy/go-yaml", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"github.com/BurntSushi/toml", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},
		{"github.com/pelletier/go-toml/v2", "Encoder", "Encode", sink{mode: encoded, writer: receiver}},

		{"net/http", "", "Error", sink{medium: response, from: 1, to: 2}},
		{"net/http", "", "SetCookie", sink{medium: response, from: 1, to: 2}},
		{"net/http", "ResponseWriter", "Write", sink{medium: response, writer: receiver}},
		{"net/http", "Header", "Set Add", sink{medium: response, from: 1, writer: responseHeader}},
		{"github.com/gin-gonic/gin", "Context", "JSON IndentedJSON PureJSON SecureJSON AsciiJSON JSONP XML YAML TOML AbortWithStatusJSON AbortWithStatusPureJSON", sink{medium: response, mode: encoded, from: 1}},
		{"github.com/gin-gonic/gin", "Context", "String", sink{medium: response, from: 1, format: true}},
		{"github.com/gin-gonic/gin", "Context", "Header Data SetCookie SSEvent", sink{medium: response, from: 1}},
		{"github.com/gin-gonic/gin", "Context", "DataFromReader", sink{medium: response, from: 3}},
		{"github.com/gin-gonic/gin", "Context", "Redirect", sink{medium: address, from: 1}},
		{"github.com/gin-gonic/gin", "ResponseWriter", "WriteString", sink{medium: response}},
		{"github.com/labstack/echo/v4", "Context", "JSON JSONPretty XML XMLPretty", sink{medium: response, mode: encoded, from: 1, to: 2}},
		{"github.com/labstack/echo/v4", "Context", "JSONP", sink{medium: response, mode: encoded, from: 2}},
		{"github.com/labstack/echo/v4", "Context", "String HTML HTMLBlob Blob JSONBlob JSONPBlob XMLBlob Stream", sink{medium: response, from: 1}},
		{"github.com/labstack/echo/v4", "Context", "SetCookie", sink{medium: response}},
		{"github.com/labstack/echo/v4", "Context", "Redirect", sink{medium: address, from: 1}},
		{"github.com/labstack/echo/v4", "Response", "Write", sink{medium: response}},
		{"github.com/labstack/echo/v4", "", "NewHTTPError", sink{medium: failure, from: 1}},
		{"github.com/gofiber/fiber/v2", "Ctx", "JSON JSONP XML", sink{medium: response, mode: encoded, to: 1}},
		{"github.com/gofiber/fiber/v2", "Ctx", "Send SendString SendStream Write WriteString Format Cookie", sink{medium: response}},
		{"github.com/gofiber/fiber/v2", "Ctx", "Writef", sink{medium: response, format: true}},
		{"github.com/gofiber/fiber/v2", "Ctx", "Set Append", sink{medium: response, from: 1}},
		{"github.com/gofiber/fiber/v2", "Ctx", "Redirect", sink{medium: address, to: 1}},
		{"github.com/gofiber/fiber/v2", "", "NewError", sink{medium: failure, from: 1}},
		{"github.com/go-chi/render", "", "JSON XML", sink{medium: response, mode: encoded, from: 2}},
		{"github.com/go-chi/render", "", "PlainText HTML Data", sink{medium: response, from: 2}},

		{"net/http", "", "Get Head Post PostForm", sink{medium: address, to: 1}},
		{"net/http", "Client", "Get Head Post PostForm", sink{medium: address, to: 1}},
		{"net/http", "", "NewRequest", sink{medium: address, from: 1, to: 2}},
		{"net/http", "", "NewRequestWithContext", sink{medium: address, from: 2, to: 3}},
		{"net/http", "", "Redirect", sink{medium: address, from: 2, to: 3}},
		{"net/url", "", "Parse ParseRequestURI JoinPath", sink{medium: address}},
		{"net/url", "URL", "Parse JoinPath", sink{medium: address}},
		{"github.com/gorilla/websocket", "Dialer", "Dial", sink{medium: address, to: 1}},
		{"github.com/gorilla/websocket", "Dialer", "DialContext", sink{medium: address, from: 1, to: 2}},

		{"os/exec", "", "Command", sink{medium: argument}},
		{"os/exec", "", "CommandContext", sink{medium: argument, from: 1}},
		{"os", "", "StartProcess", sink{medium: argument, from: 1, to: 2}},
		{"syscall", "", "Exec ForkExec StartProcess", sink{medium: argument, from: 1, to: 2}},
		{"golang.org/x/sys/unix", "", "Exec", sink{medium: argument, from: 1, to: 2}},
		{"os", "", "Setenv", sink{medium: environment, from: 1}},
		{"syscall", "", "Setenv", sink{medium: environment, from: 1}},
		{"golang.org/x/sys/unix", "", "Setenv", sink{medium: environment, from: 1}},

		{"expvar", "String", "Set", sink{medium: telemetry}},
		{"go.opentelemetry.io/otel/attribute", "", "String StringSlice Stringer", sink{medium: telemetry, from: 1}},
		{"go.opentelemetry.io/otel/attribute", "", "StringValue StringSliceValue", sink{medium: telemetry}},
		{"go.opentelemetry.io/otel/attribute", "Key", "String StringSlice", sink{medium: telemetry}},
		{"go.opentelemetry.io/otel/trace", "Span", "AddEvent SetName", sink{medium: telemetry, to: 1}},
		{"go.opentelemetry.io/otel/trace", "Span", "SetStatus", sink{medium: telemetry, from: 1}},
		{"go.opentelemetry.io/otel/log", "", "String StringValue", sink{medium: telemetry}},
		{"go.opencensus.io/trace", "", "StringAttribute", sink{medium: telemetry, from: 1}},
		{"go.opencensus.io/trace", "Span", "SetName", sink{medium: telemetry}},
		{"go.opencensus.io/trace", "Span", "Annotate", sink{medium: telemetry, from: 1}},
		{"go.opencensus.io/trace", "Span", "Annotatef", sink{medium: telemetry, from: 1, format: true}},
		{"go.opencensus.io/tag", "", "Insert Update Upsert", sink{medium: telemetry, from: 1, to: 2}},
		{"github.com/opentracing/opentracing-go", "Span", "SetTag SetBaggageItem SetOperationName LogKV LogEvent LogEventWithPayload", sink{medium: telemetry}},
		{"github.com/opentracing/opentracing-go/log", "", "String Object", sink{medium: telemetry, from: 1}},
		{"github.com/opentracing/opentracing-go/log", "", "Event Message", sink{medium: telemetry}},
		{"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer", "Span", "SetTag SetBaggageItem", sink{medium: telemetry, from: 1}},
		{"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer", "", "Tag", sink{medium: telemetry, from: 1}},
		{"gopkg.in/DataDog/dd-trace-go.v1/ddtrace", "Span", "SetTag SetBaggageItem", sink{medium: telemetry, from: 1}},
		{"gopkg.in/DataDog/dd-trace-go.v1/ddtrace/tracer", "", "Tag", sink{medium: telemetry, from: 1}},
		{"github.com/prometheus/client_golang/prometheus", "CounterVec", "WithLabelValues With GetMetricWithLabelValues GetMetricWith CurryWith MustCurryWith", sink{medium: telemetry}},
		{"github.com/prometheus/client_golang/prometheus", "GaugeVec", "WithLabelValues With GetMetricWithLabelValues GetMetricWith CurryWith MustCurryWith", sink{medium: telemetry}},
		{"github.com/prometheus/client_golang/prometheus", "HistogramVec", "WithLabelValues With GetMetricWithLabelValues GetMetricWith CurryWith MustCurryWith", sink{medium: telemetry}},
		{"github.com/prometheus/client_golang/prometheus", "SummaryVec", "WithLabelValues With GetMetricWithLabelValues GetMetricWith CurryWith MustCurryWith", sink{medium: telemetry}},
		{"github.com/prometheus/client_golang/prometheus", "", "NewConstMetric MustNewConstMetric", sink{medium: telemetry, from: 3}},
		{"github.com/getsentry/sentry-go", "", "CaptureMessage", sink{medium: logs}},
		{"github.com/getsentry/sentry-go", "Hub", "CaptureMessage", sink{medium: logs}},
		{"github.com/getsentry/sentry-go", "Client", "CaptureMessage", sink{medium: logs, to: 1}},
		{"github.com/getsentry/sentry-go", "Scope", "SetTag SetExtra SetContext", sink{medium: logs, from: 1}},
		{"github.com/getsentry/sentry-go", "Scope", "SetTags SetExtras SetContexts", sink{medium: logs}},
		{"github.com/getsentry/sentry-go", "Span", "SetTag SetData", sink{medium: telemetry, from: 1}},
	}
}

// named is a function or method by name.
type named struct{ pkg, typ, name string }

// sinks is the table by name.
var sinks = sync.OnceValue(func() map[named]sink {
	table := make(map[named]sink)
	for _, r := range rows() {
		for name := range strings.FieldsSeq(r.names) {
			table[named{r.pkg, r.typ, name}] = r.sink
		}
	}
	return table
})

// loggers are packages whose functions and methods named for a level log
// whatever they are given.
var loggers = sync.OnceValue(func() map[string]bool {
	return map[string]bool{
		"github.com/golang/glog": true, "k8s.io/klog": true, "k8s.io/klog/v2": true,
		"github.com/sirupsen/logrus": true, "go.uber.org/zap": true, "github.com/go-logr/logr": true,
		"github.com/hashicorp/go-hclog": true, "github.com/charmbracelet/log": true, "charm.land/log/v2": true,
		"github.com/apex/log": true, "github.com/go-kit/log": true, "github.com/go-kit/kit/log": true,
		"github.com/go-kit/log/level": true, "github.com/inconshreveable/log15": true, "github.com/phuslu/log": true,
		"github.com/labstack/gommon/log": true, "github.com/gofiber/fiber/v2/log": true, "github.com/cihub/seelog": true,
		"github.com/rs/zerolog": true, "github.com/rs/zerolog/log": true,
		"cloud.google.com/go/logging": true, "github.com/op/go-logging": true,
	}
})

// levels are how the names of logging functions begin.
var levels = []string{
	"Trace", "Debug", "Info", "Notice", "Warn", "Error", "Err", "DPanic", "Panic", "Fatal", "Critical",
	"Exit", "Print", "Log", "With", "Alert", "Emergency", "Msg",
}

// zerologFields are the types of zerolog whose every method adds to an entry.
func zerologField(pkg, typ string) bool {
	return pkg == "github.com/rs/zerolog" && (typ == "Event" || typ == "Context" || typ == "Array")
}

// owner is the name of the type that a method belongs to, "" for a function.
func owner(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// sinkOf reports whether a function makes its arguments readable.
func sinkOf(fn *types.Func) (sink, bool) {
	if fn == nil || fn.Pkg() == nil {
		return sink{}, false
	}
	pkg, typ := fn.Pkg().Path(), owner(fn)
	if s, ok := sinks()[named{pkg, typ, fn.Name()}]; ok {
		return s, true
	}
	if below, ok := sdk.Package(pkg); ok {
		// The SDK's own logger interface, which the caller implements.
		if below == sdk.Logger && typ == "MomentoLogger" {
			return sink{medium: logs, format: true}, true
		}
		return sink{}, false
	}
	if zerologField(pkg, typ) {
		return sink{medium: logs, format: strings.HasSuffix(fn.Name(), "f")}, true
	}
	if !loggers()[pkg] {
		return sink{}, false
	}
	for _, level := range levels {
		if strings.HasPrefix(fn.Name(), level) {
			s := sink{medium: logs}
			if from, ok := formatParameter(fn); ok && strings.HasSuffix(fn.Name(), "f") {
				s.from, s.format = from, true
			}
			return s, true
		}
	}
	return sink{}, false
}

// formatParameter is the string before the variadic parameter.
func formatParameter(fn *types.Func) (int, bool) {
	params := fn.Signature().Params()
	if !fn.Signature().Variadic() || params.Len() < 2 {
		return 0, false
	}
	b, ok := params.At(params.Len() - 2).Type().Underlying().(*types.Basic)
	return params.Len() - 2, ok && b.Kind() == types.String
}

// fieldSinks are fields that make what is assigned to them readable.
var fieldSinks = sync.OnceValue(func() map[named]medium {
	fields := map[named]medium{
		{"net/url", "URL", "RawQuery"}: address, {"net/url", "URL", "Path"}: address,
		{"net/url", "URL", "User"}: address, {"net/url", "URL", "RawPath"}: address, {"net/url", "URL", "Fragment"}: address,
		{"net/url", "URL", "Opaque"}:                                address,
		{"os/exec", "Cmd", "Args"}:                                  argument,
		{"github.com/opentracing/opentracing-go", "Tag", "Value"}:   telemetry,
		{"go.opencensus.io/trace", "Status", "Message"}:             telemetry,
		{"github.com/getsentry/sentry-go", "Breadcrumb", "Message"}: logs,
		{"github.com/getsentry/sentry-go", "Breadcrumb", "Data"}:    logs,
		{"github.com/getsentry/sentry-go", "Event", "Message"}:      logs,
		{"github.com/getsentry/sentry-go", "Event", "Extra"}:        logs,
		{"github.com/getsentry/sentry-go", "Event", "Tags"}:         logs,
	}
	for _, typ := range []string{"APIGatewayProxyResponse", "APIGatewayV2HTTPResponse", "LambdaFunctionURLResponse", "ALBTargetGroupResponse"} {
		for _, field := range []string{"Body", "Headers", "MultiValueHeaders", "Cookies"} {
			fields[named{"github.com/aws/aws-lambda-go/events", typ, field}] = response
		}
	}
	return fields
})

// typeName returns package path and name of a named type, or of what it points to.
func typeName(t types.Type) (pkg, name string) {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path(), n.Obj().Name()
	}
	return "", ""
}
