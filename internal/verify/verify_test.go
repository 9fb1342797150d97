package verify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/momentotest"
)

// Nothing that changes an account can be called: the two methods are all that
// the package names, and all that a stand-in for everything ever saw.
func TestOnlyTheTwoReadOnlyMethodsAreCalled(t *testing.T) {
	t.Parallel()
	pinned := []string{"/cache_client.Scs/Get", "/control_client.ScsControl/ListCaches"}
	method := regexp.MustCompile(`"(/[a-z_]+\.[A-Z][A-Za-z]+/[A-Za-z]+)"`)
	var named []string
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no source to read", err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range method.FindAllSubmatch(source, -1) {
			named = append(named, string(m[1]))
		}
	}
	slices.Sort(named)
	if !slices.Equal(named, pinned) {
		t.Errorf("the source names the methods %q, not %q", named, pinned)
	}

	s := start(t, momentotest.Options{Caches: []string{"orders"}})
	s.SetFault(func(c momentotest.Call) momentotest.Fault {
		if c.Method == momentotest.ListCaches {
			return momentotest.Fault{Code: codes.Internal}
		}
		return momentotest.Fault{}
	})
	var targets []Target
	for i, kind := range askable {
		text := kind.mint(credentialtest.Options{Seed: fmt.Sprint(i)})
		if err := s.Add(momentotest.Key{Text: text, State: momentotest.State(i % 4), List: true, ReadKeys: true, WriteKeys: true}); err != nil {
			t.Fatal(err)
		}
		targets = append(targets, Target{Credential: parse(t, text)})
	}
	newVerifier(t, at(s)).Verify(t.Context(), targets)
	seen := map[string]bool{}
	for _, c := range s.Calls() {
		seen[c.Method] = true
		if !slices.Contains(pinned, c.Method) {
			t.Errorf("%s was called", c.Method)
		}
		if c.Method == momentotest.Get && !strings.HasPrefix(c.Cache, "momentolint-no-such-cache-") {
			t.Errorf("cache %q was asked for", c.Cache)
		}
		if !strings.HasPrefix(c.Agent, "go:momentolint:") {
			t.Errorf("the call says it is from %q", c.Agent)
		}
	}
	if len(seen) != 2 {
		t.Errorf("the stand-in saw %v", seen)
	}
}

// many returns n credentials, found places times each, and the stand-in that
// knows them: a third each with all rights, with few, and revoked.
func many(t *testing.T, s *momentotest.Server, n, places int) (targets []Target, want map[string]finding.Status) {
	t.Helper()
	want = map[string]finding.Status{}
	for i := range n {
		kind := askable[i%len(askable)]
		text := kind.mint(credentialtest.Options{Endpoint: cell, Seed: fmt.Sprint("many ", i)})
		c := parse(t, text)
		key := momentotest.Key{Text: text, State: momentotest.Live, List: i%3 == 0}
		want[c.Fingerprint()] = finding.StatusLive
		if i%3 == 2 {
			key.State = momentotest.Revoked
			want[c.Fingerprint()] = finding.StatusDead
		}
		if err := s.Add(key); err != nil {
			t.Fatal(err)
		}
		for range places {
			targets = append(targets, Target{Credential: c})
		}
	}
	return targets, want
}

func TestAThousandFindingsOfTwoHundredCredentials(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{Caches: []string{"orders"}})
	targets, want := many(t, s, 200, 5)
	opts := at(s)
	opts.Rate = 200
	began := time.Now()
	verdicts := newVerifier(t, opts).Verify(t.Context(), targets)
	took := time.Since(began)
	for f, w := range want {
		if v := verdicts[f]; v.Status != w {
			t.Errorf("%s: %s (%s), want %s", f, v.Status, v.Reason, w)
		}
	}
	calls := map[string]int{}
	for _, c := range s.Calls() {
		calls[c.Fingerprint]++
	}
	// A live one is asked about once more, with two counterfeits of it.
	times := map[finding.Status]int{finding.StatusDead: 1, finding.StatusLive: 2}
	counterfeits := 1
	witnesses := 0
	for f, w := range want {
		n := calls[f]
		// The closing controls ask about one live credential of the service again,
		// and about one more counterfeit of it.
		if w == finding.StatusLive && n == times[w]+1 {
			witnesses++
			counterfeits++
			n--
		}
		if n != times[w] {
			t.Errorf("%s: asked about %d times, want %d: it is %s", f, n, times[w], w)
		}
		if w == finding.StatusLive {
			counterfeits += 2
		}
	}
	if witnesses != 1 {
		t.Errorf("%d credentials were asked about in closing, want 1", witnesses)
	}
	if n := len(calls) - len(want); n != counterfeits {
		t.Errorf("%d made-up credentials were shown, want %d", n, counterfeits)
	}
	// 201 calls at 200 a second: the first at once, the last after a second.
	if took < time.Second {
		t.Errorf("201 calls took %v: more than 200 a second", took)
	}
}

func TestTheRateHoldsAndSoDoesTheConcurrency(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	targets, _ := many(t, s, 30, 1)
	counter := &counting{}
	opts := at(s)
	opts.Rate, opts.Concurrency, opts.Prober = 100, 3, counter
	began := time.Now()
	newVerifier(t, opts).Verify(t.Context(), targets)
	// A busy machine may delay a call, but never bring one forward.
	for i, called := range counter.at {
		if earliest := time.Duration(i) * 10 * time.Millisecond; called.Sub(began) < earliest {
			t.Errorf("call %d came after %v, at 100 a second not before %v", i, called.Sub(began), earliest)
		}
	}
	if len(counter.at) != 31 || counter.most > 3 {
		t.Errorf("%d calls, %d at once; want 31, and 3 at the most", len(counter.at), counter.most)
	}
}

// counting is a service that refuses everything after a while and notes when
// it was asked, and by how many at once.
type counting struct {
	mu            sync.Mutex
	at            []time.Time
	running, most int
}

func (c *counting) ListCaches(context.Context, Address, credential.Credential) Answer {
	c.mu.Lock()
	c.at = append(c.at, time.Now())
	c.running++
	c.most = max(c.most, c.running)
	c.mu.Unlock()
	time.Sleep(45 * time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	return Answer{Outcome: OutcomeRefused}
}

func (c *counting) Get(context.Context, Address, credential.Credential, string) Answer {
	return Answer{Outcome: OutcomeUnknown, Reason: "not to be asked"}
}

func TestAServiceThatDiesHalfWayLeavesTheRestUnverified(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{Caches: []string{"orders"}})
	targets, want := many(t, s, 200, 5)
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		if calls.Add(1) >= 100 {
			s.Die()
			return momentotest.Fault{Reset: true}
		}
		return momentotest.Fault{}
	})
	verdicts := newVerifier(t, at(s)).Verify(t.Context(), targets)
	count := map[finding.Status]int{}
	for f, w := range want {
		v := verdicts[f]
		count[v.Status]++
		if v.Status != finding.StatusUnverified && v.Status != w {
			t.Errorf("%s: WRONG %s (%s)", f, v.Status, v.Reason)
		}
		if v.Status == finding.StatusUnverified && !strings.Contains(v.Reason, "refused") && !strings.Contains(v.Reason, "reset") && !strings.Contains(v.Reason, "broke") {
			t.Errorf("%s: unverified (%s), which does not say that the connection failed", f, v.Reason)
		}
	}
	// Of three credentials two are live, and take four calls each. Its death may
	// overtake the answers on their way, as many as are asked for at once.
	if known := count[finding.StatusLive] + count[finding.StatusDead]; known > 98/3+DefaultConcurrency || known < 98/3-2*DefaultConcurrency || len(verdicts) != 200 {
		t.Errorf("verdicts: %v of %d", count, len(verdicts))
	}
}

func TestAnInterruptedRunReturnsAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	targets, _ := many(t, s, 50, 1)
	opts := at(s)
	opts.Timeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		if calls.Add(1) == 10 {
			cancel()
		}
		if calls.Load() >= 10 {
			return momentotest.Fault{Latency: time.Minute}
		}
		return momentotest.Fault{}
	})
	began := time.Now()
	verdicts := newVerifier(t, opts).Verify(ctx, targets)
	// Whoever waits for an answer waits a minute.
	if took := time.Since(began); took > 45*time.Second {
		t.Errorf("it took %v", took)
	}
	interrupted := 0
	for _, v := range verdicts {
		if v.Reason == "interrupted" {
			interrupted++
		}
	}
	if len(verdicts) != 50 || interrupted < 30 {
		t.Errorf("%d of %d verdicts say interrupted", interrupted, len(verdicts))
	}
}

func TestTheTimeForAllIsABound(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	targets, want := many(t, s, 50, 1)
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		if calls.Add(1) > 20 {
			return momentotest.Fault{Latency: time.Minute}
		}
		return momentotest.Fault{}
	})
	opts := at(s)
	opts.Timeout, opts.Total = time.Minute, 1500*time.Millisecond
	began := time.Now()
	verdicts := newVerifier(t, opts).Verify(t.Context(), targets)
	// Whoever waits for an answer waits a minute.
	if took := time.Since(began); took > 45*time.Second {
		t.Errorf("it took %v", took)
	}
	const reason = "the 1.5s for all checks ran out (--verify-timeout allows more)"
	out, said := 0, 0
	for f, v := range verdicts {
		if v.Status == finding.StatusUnverified {
			// The service may be the first to see that a call's time is over.
			if v.Reason != reason && v.Reason != "127.0.0.1: timeout" || !v.Unfinished {
				t.Errorf("%s: %s, unfinished %t", f, v.Reason, v.Unfinished)
			}
			out++
			if v.Reason == reason {
				said++
			}
		} else if v.Status != want[f] {
			t.Errorf("%s: %s", f, v.Status)
		}
	}
	if len(verdicts) != 50 || out < 31 || said < 31-DefaultConcurrency {
		t.Errorf("%d of %d ran out of time, %d say so", out, len(verdicts), said)
	}
}

func TestOnlyUnavailableIsTriedAgain(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]int{codes.Unavailable: 3, codes.Internal: 1, codes.ResourceExhausted: 1, codes.Unknown: 1} {
		s := start(t, momentotest.Options{})
		text := credentialtest.V2(credentialtest.Options{})
		c := parse(t, text)
		s.SetFault(func(call momentotest.Call) momentotest.Fault {
			if call.Fingerprint == c.Fingerprint() {
				return momentotest.Fault{Code: code}
			}
			return momentotest.Fault{}
		})
		newVerifier(t, at(s)).Verify(t.Context(), []Target{{Credential: c}})
		n := 0
		for _, call := range s.Calls() {
			if call.Fingerprint == c.Fingerprint() && call.Method == momentotest.ListCaches {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: asked %d times, want %d", code, n, want)
		}
	}
}

// A service that is down is not asked about each of many credentials.
func TestAServiceThatNeverAnswersIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	s.SetFault(func(momentotest.Call) momentotest.Fault { return momentotest.Fault{Code: codes.Unavailable} })
	var targets []Target
	for i := range 30 {
		targets = append(targets, Target{Credential: parse(t, credentialtest.V2(credentialtest.Options{Seed: fmt.Sprint(i)}))})
	}
	verdicts := newVerifier(t, at(s)).Verify(t.Context(), targets)
	for f, v := range verdicts {
		if v.Status != finding.StatusUnverified || !v.Unfinished {
			t.Errorf("%s: %s (%s), unfinished %v", f, v.Status, v.Reason, v.Unfinished)
		}
	}
	// The control plane and the data plane, each with its retries.
	want := 2 * maxFailures * maxAttempts
	if n := len(s.Calls()); len(verdicts) != len(targets) || n != want {
		t.Errorf("%d verdicts after %d calls, want %d after %d", len(verdicts), n, len(targets), want)
	}
}

func TestAServiceThatRecoversIsHeard(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	text := credentialtest.V2(credentialtest.Options{})
	if err := s.Add(momentotest.Key{Text: text, State: momentotest.Live, List: true}); err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		if n := calls.Add(1); n == 1 || n == 3 || n == 4 {
			return momentotest.Fault{Code: codes.Unavailable}
		}
		return momentotest.Fault{}
	})
	c := parse(t, text)
	if v := newVerifier(t, at(s)).Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]; v.Status != finding.StatusLive {
		t.Errorf("%s (%s)", v.Status, v.Reason)
	}
}

// A network that begins to say yes to everything while the run goes on.
func TestTheNegativeControlIsRepeatedAtTheEnd(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	dead := credentialtest.V2(credentialtest.Options{})
	c := parse(t, dead)
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		return momentotest.Fault{Accept: calls.Add(1) > 1}
	})
	opts := at(s)
	opts.closing = 1
	v := newVerifier(t, opts).Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]
	if v.Status != finding.StatusUnverified || !strings.Contains(v.Reason, "random credential") {
		t.Errorf("%s (%s)", v.Status, v.Reason)
	}
}

func TestWhereACredentialIsAskedAbout(t *testing.T) {
	t.Parallel()
	const other = "cell-1-eu-west-1-1.prod.a.momentohq.com"
	s := startCell(t, momentotest.Options{})
	_ = s
	v2 := parse(t, credentialtest.V2(credentialtest.Options{}))
	jwt := parse(t, credentialtest.V1JWT(credentialtest.Options{}))
	v1 := parse(t, credentialtest.V1(credentialtest.Options{Endpoint: cell}))
	legacy := parse(t, credentialtest.Legacy(credentialtest.Options{Endpoint: cell}))
	for _, c := range []struct {
		name     string
		target   Target
		endpoint string
		want     string
		reason   string
	}{
		{"v1 names its own", Target{Credential: v1, NearbyEndpoint: other}, other, "control." + cell, ""},
		{"legacy names its own", Target{Credential: legacy, NearbyEndpoint: other}, other, "control." + cell, ""},
		{"v2 without any: a public cell", Target{Credential: v2, NearbyEndpoint: ""}, "", "control." + PublicCell, ""},
		{"v2: the user's", Target{Credential: v2, NearbyEndpoint: cell}, other, "control." + other, ""},
		{"v2: the neighbour's", Target{Credential: v2, NearbyEndpoint: other}, "", "control." + other, ""},
		{"JWT: the user's", Target{Credential: jwt, NearbyEndpoint: cell}, other, "control." + other, ""},
		{"JWT: the neighbour's", Target{Credential: jwt, NearbyEndpoint: other}, "", "control." + other, "its endpoint is a guess"},
		{"JWT without any", Target{Credential: jwt, NearbyEndpoint: ""}, "", "", "--endpoint HOST"},
	} {
		opts := world(t, s)
		opts.Endpoint = c.endpoint
		s.Forget()
		v := newVerifier(t, opts).Verify(t.Context(), []Target{c.target})[c.target.Credential.Fingerprint()]
		if c.want == "" && len(s.Calls()) > 0 || c.want != "" && !strings.Contains(v.Reason, c.want) || !strings.Contains(v.Reason, c.reason) {
			t.Errorf("%s: %s (%s), want something of %q and %q", c.name, v.Status, v.Reason, c.want, c.reason)
		}
	}
}

// The same key bare in one place and in its envelope in another is one key,
// and asked about where its envelope says.
func TestAnEnvelopeTellsTheEndpointOfItsBareJWT(t *testing.T) {
	t.Parallel()
	s := startCell(t, momentotest.Options{})
	o := credentialtest.Options{Endpoint: cell, Seed: "one key"}
	if err := s.Add(momentotest.Key{Text: credentialtest.V1(o), State: momentotest.Live}); err != nil {
		t.Fatal(err)
	}
	bare, whole := parse(t, credentialtest.V1JWT(o)), parse(t, credentialtest.V1(o))
	verdicts := newVerifier(t, world(t, s)).Verify(t.Context(), []Target{{Credential: bare}, {Credential: whole}, {Credential: bare, NearbyEndpoint: "evil.example"}})
	if v := verdicts[bare.Fingerprint()]; len(verdicts) != 1 || v.Status != finding.StatusLive {
		t.Errorf("%+v", verdicts)
	}
	if n := len(s.Calls()); n != 7 {
		t.Errorf("%d calls, want the negative control, two probes, two counterfeits and the two closing controls", n)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"LiveTarget: host":  {LiveTarget: "127.0.0.1"},
		"Endpoint: host":    {Endpoint: "evil.example"},
		"Endpoint: host \"": {Endpoint: "https://" + cell},
		"AllowHosts: ":      {AllowHosts: []string{"com"}},
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: %v, want an error with %q", o, err, name)
		}
	}
	if _, err := New(Options{Endpoint: "momento.corp.example:9443", AllowHosts: []string{"corp.example"}}); err != nil {
		t.Errorf("an allowed endpoint: %v", err)
	}
}

func TestNoReasonHoldsWhatTheServerSent(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	text := credentialtest.V2(credentialtest.Options{})
	c := parse(t, text)
	s.SetFault(func(call momentotest.Call) momentotest.Fault {
		if call.Fingerprint == c.Fingerprint() {
			return momentotest.Fault{Code: codes.ResourceExhausted, Err: "your key is " + text}
		}
		return momentotest.Fault{}
	})
	v := newVerifier(t, at(s)).Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]
	if v.Reason != "127.0.0.1: throttled" {
		t.Errorf("%q", v.Reason)
	}
}

// What the documents promise of a run without options.
func TestDefaultsAreGentle(t *testing.T) {
	v, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o := v.opts; o.Rate != 5 || o.Concurrency != 8 || o.Timeout != 5*time.Second || o.Total != 30*time.Second {
		t.Errorf("%v a second, %d at once, %v each, %v in all", o.Rate, o.Concurrency, o.Timeout, o.Total)
	}
}
