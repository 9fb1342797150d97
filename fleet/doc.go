// Package fleet scans many repositories with many workers, on NATS JetStream:
// embedded in the process, with its files in a directory and without a port, or a
// cluster that somebody runs.
//
// # A run
//
// A [Run] is one order to scan a list of repositories. It is made of what
// JetStream has:
//
//   - a stream of work items, one subject for each, so that the same item
//     cannot be submitted twice;
//   - one durable consumer that all workers pull from. An item is acknowledged
//     when its result is stored, and kept from others by heartbeats until then.
//     A worker that dies stops its heartbeats, and the item goes to another;
//   - buckets (key-value) for results, for dead letters and for the claims on
//     credentials.
//
// What a worker does may be done twice: a result is stored under its item's
// id, so that the second is the first over again.
//
// # A work item
//
// An item is a repository. One with very many objects is split into ranges of
// object ids, which become items of their own. An item that was begun
// Settings.Tries times without a result is a dead letter: the report names it,
// and nobody tries again. A worker that is told to end gives its items back,
// which is no try.
//
// # What travels
//
// A credential never leaves the worker that found it. Findings travel as
// [wire] JSON without it, and with every text scrubbed; each result is searched
// for the credentials that it is about before it is stored.
//
// Each credential is checked by one worker, the one whose claim on it is first.
// The key of a claim is an HMAC of the credential under a key that belongs to
// the run: subjects show up in a server's monitoring, traces and advisories,
// and there they mean nothing to whoever lacks the run's record. A claim lives
// for seconds unless its worker renews it, and for the rest of the run once it
// holds a verdict. The calls of all workers take turns (see [limiter]).
package fleet
