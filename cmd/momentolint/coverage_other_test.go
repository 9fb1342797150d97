//go:build !linux

package main

func platformTrees() []uncovered { return nil }
