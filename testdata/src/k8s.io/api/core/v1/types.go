// Package v1 stands for Kubernetes' package of that name.
package v1

type Secret struct {
	Name       string
	Data       map[string][]byte
	StringData map[string]string
}
