// Package throughanother has the SDK in its import closure alone.
package throughanother

import "example.com/corpus/plaintext/tenants"

// Current is of a type that says nothing of the SDK.
func Current() int { return len(tenants.Current) }
