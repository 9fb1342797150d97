//go:build !unix

package literal

import "time"

// cpuTime is not known here: benchmarks then say 0.
func cpuTime() time.Duration { return 0 }
