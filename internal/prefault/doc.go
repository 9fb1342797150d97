// Package prefault makes the start of a program cheaper where a page fault is
// dear, as in virtual machines (20 µs was measured, against 0.2 µs and less on
// bare metal): it asks the kernel at once for the pages that the start is about
// to touch one by one. A program that links large libraries runs the
// initialization of hundreds of packages before main, and so touches about a
// thousand pages.
//
// Import it for its effect in a program, never in a library. It depends on
// nothing but syscall, so that it is initialized before nearly everything else
// (the language initializes a package as soon as what it imports is
// initialized, in the order of import paths). It changes nothing that a program
// can see, and on systems other than Linux it is empty. docs/benchmarks,
// "Start-up", has the figures.
package prefault
