package scanner_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// offline is for examples: a run checks by default whether credentials are live.
var offline = scanner.Live{Options: verify.Options{Offline: true}}

func Example() {
	run, err := scanner.New(scanner.Options{Live: offline})
	if err != nil {
		log.Fatal(err)
	}
	// What was found before an error is reported all the same.
	if err := run.Scan(context.Background(), scanner.Files{Paths: []string{"../testdata/leaky-service/deploy"}}); err != nil {
		log.Print(err)
	}
	report := run.Report(context.Background())
	for _, f := range report.Findings {
		fmt.Printf("%s:%d: %s\n", f.Location.File, f.Location.StartLine, f.Rule)
	}
	fmt.Println("everything was scanned:", !report.Summary.Incomplete())
	// Output:
	// docker-compose.yml:7: momento-api-key-v1
	// k8s/secret.yaml:8: momento-api-key-v2
	// preview.env:1: momento-unknown-credential
	// signing.env:2: momento-signing-key
	// terraform/keys.tf:5: momento-never-expiring-key
	// terraform/terraform.tfstate:13: momento-api-key-v2
	// terraform/terraform.tfvars:2: momento-api-key-v1
	// everything was scanned: true
}

func ExampleStream() {
	run, err := scanner.New(scanner.Options{Live: offline})
	if err != nil {
		log.Fatal(err)
	}
	// The key is split, as a template would do it.
	key := credentialtest.V2(credentialtest.Options{Seed: "example"})
	text := `token := "` + key[:40] + `" + "` + key[40:] + `"`
	if err := run.Scan(context.Background(), scanner.Stream{Name: "main.go", Reader: strings.NewReader(text)}); err != nil {
		log.Fatal(err)
	}
	for _, f := range run.Report(context.Background()).Findings {
		fmt.Println(f.Location.File, f.Kind(), f.Location.Encoding)
	}
	// Output: main.go api-key-v2 [split]
}

func ExampleHistory() {
	run, err := scanner.New(scanner.Options{Live: offline})
	if err != nil {
		log.Fatal(err)
	}
	if err := run.Scan(context.Background(), scanner.History{Dir: "."}); err != nil {
		log.Fatal(err)
	}
	for _, f := range run.Report(context.Background()).Findings {
		fmt.Println(f.Commit.ID, f.Location.File, f.Credential.ExpiresAt)
	}
}

func ExampleRange() {
	run, err := scanner.New(scanner.Options{Live: offline})
	if err != nil {
		log.Fatal(err)
	}
	if err := run.Scan(context.Background(), scanner.Range{Dir: ".", Spec: "origin/main..HEAD"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(run.Report(context.Background()).Summary.Commits, "commits scanned")
}
