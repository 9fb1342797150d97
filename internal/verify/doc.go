// Package verify asks Momento whether credentials work.
//
// A Verifier takes the credentials of a run and returns a verdict for each:
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
//
// # Why live takes four calls
//
// A service may answer without looking at the credential: a gateway that blocks
// after a burst of calls, one of several servers behind a name, a captive
// portal. So a credential is live only if it is accepted, accepted again, and
// two counterfeits of it are then refused; and at the end of the run, one
// credential that is live at the service has to be accepted once more, and a
// counterfeit of it refused.
//
// The counterfeits are not shared between credentials. With one every N
// credentials or T seconds, whatever a gateway accepts between two controls
// would be live, and a block that is shorter than that is common: rate limits
// last for seconds. The credentials of such a window are all wrong together, and
// no later control can tell, because by then the gateway works again. With
// counterfeits of its own, a credential is wrongly live only if the gateway's
// answers happen to fit all of its calls, one by one. No gateway does that if it
// changes its answer up to twice in a run, or repeats a pattern of up to five
// answers (TestGatewaysThatChangeTheirAnswers).
package verify
