//go:build integration

package fleet

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func TestWhenTheServersProcessEndsAnotherGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := connect(t, dir)
	second := connect(t, dir)
	if first.embedded.server == nil || second.embedded.server != nil {
		t.Fatal("the first process runs the server, the second uses it")
	}
	run := orderTargets(t, first, offline(), Target{Name: "a", URL: "/a"})
	first.Close()
	got, err := second.Run(t.Context(), "")
	if err != nil || got.ID != run.ID {
		t.Fatalf("after the server's end: %v", err)
	}
	if status, err := got.Status(t.Context()); err != nil || status.Waiting != 1 {
		t.Errorf("status %+v, %v", status, err)
	}
}

func TestAServerWithoutJetStreamIsNamedAsSuch(t *testing.T) {
	t.Parallel()
	refused(t, Connection{URL: serveNATS(t, &server.Options{StoreDir: "-"})}, "jetstream not enabled")
}

func TestTheSlotOfAWorkerThatDiedIsFreeAfterTheRunsAckWait(t *testing.T) {
	t.Parallel()
	c := newClones(t, shared(t), t.TempDir(), 0)
	c.perHost = 1
	dead, err := c.slot(t.Context(), "deaths.example", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	dead.stop() // no heartbeats any more
	if _, err := c.slot(t.Context(), "deaths.example", time.Second); err != nil {
		t.Errorf("after a worker's death: %v", err)
	}
}
