package fleet

// actAsServer has the test's own program be a NATS server; see the integration
// tests.
const actAsServer = "MOMENTOLINT_TEST_NATS_SERVER"

func serveForTest() int { return 2 }
