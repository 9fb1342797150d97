// Package intest has a credential in its test only.
package intest
