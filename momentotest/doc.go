// Package momentotest is a stand-in for the Momento service, in process and on
// loopback: both gRPC planes and the management API, with keys in every state,
// and with faults on demand.
//
// It answers as the service does, which is checked against Momento's official
// JavaScript SDK: whatever state a key is in, the SDK and momentolint have to
// read the same from the answers. It has no token service and mints nothing.
//
//	server, err := momentotest.Start(momentotest.Options{
//		Caches: []string{"orders"},
//		Keys:   []momentotest.Key{{Text: key, State: momentotest.Live, List: true}},
//	})
//	…
//	defer server.Close()
//	// momentolint scan --live-target <server.Addr()> --management-url <server.ManagementURL()>
//
// What it is asked is recorded: Calls tells which methods were called, when,
// and with which credential, by fingerprint.
package momentotest
