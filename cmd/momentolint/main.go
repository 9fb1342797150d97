// Command momentolint finds Momento credentials and code that creates unsafe
// ones, says what they are and whether they work, and helps to revoke them.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"google.golang.org/grpc/grpclog"

	"github.com/momentolint/momentolint/internal/lint"
)

func main() {
	if lint.IsVetCall(os.Args[1:]) {
		lint.VetTool()
	}
	// Libraries log what a server sends, at levels that GRPC_GO_LOG_SEVERITY_LEVEL
	// and GODEBUG=http2debug=2 lower, and it may repeat a credential.
	log.SetOutput(io.Discard)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	code := newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
