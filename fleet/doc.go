// Package fleet scans many repositories with many workers, on NATS JetStream:
// either a server embedded in the process, with its files in a directory and
// without a port, or the user's own cluster.
//
// # A run
//
// A [Run] is one request to scan a list of repositories. It consists of
// JetStream objects:
//
//   - a stream of work items, with one subject for each, so that an item cannot
//     be submitted twice;
//   - one durable consumer from which all workers pull. An item is acknowledged
//     when its result is stored; until then heartbeats keep other workers from
//     receiving it. If a worker dies, its heartbeats stop, and the item is
//     redelivered to another worker;
//   - key-value buckets for results, dead letters and claims on credentials.
//
// Work may be repeated: a result is stored under the id of its item, so a second
// result replaces the first.
//
// # A work item
//
// An item is a repository. A repository with very many objects is split into
// ranges of object ids, which become items of their own. An item that was started
// Settings.Tries times without a result becomes a dead letter: the report names
// it, and it is not tried again. A worker that is stopped returns its items,
// which does not count as a try.
//
// # What is transmitted
//
// A credential never leaves the worker that found it. Findings are sent as [wire]
// JSON without it, with all text scrubbed; each result is searched for its
// credentials before it is stored.
//
// Each credential is checked by one worker, the one that claims it first. The key
// of a claim is an HMAC of the credential under a key that belongs to the run:
// subjects are visible in a server's monitoring, traces and advisories, where
// they are meaningless without the run's record. A claim expires within seconds
// unless its worker renews it, and lasts as long as the run once it holds a
// verdict. The [limiter] spaces the calls of all workers.
package fleet
