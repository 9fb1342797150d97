// Package faults has the tests of what happens to the program when the machine
// around it fails: full disks, unwritable caches, signals, closed pipes, other
// runs.
package faults
