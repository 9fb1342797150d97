// Package verify asks Momento whether credentials work.
//
// A Verifier takes the credentials of a run and gives a verdict for each:
// live, dead, expired or unverified with the reason. Only a definite answer of
// the service makes live or dead; a timeout, a broken connection, a proxy's
// page or a throttled call never do. What can be known without the network
// (an expiry claim, a kind that has no read-only check) is not asked.
//
// The service is asked with two read-only calls and nothing else: ListCaches
// of the control plane and, where its answer is not conclusive, Get of the
// data plane on a cache that does not exist. Where they go is decided by
// package guard: to hosts under momentohq.com, or what the user named, and
// never to an address that the scanned text could have chosen.
package verify
