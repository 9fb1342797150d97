// Package v1 stands for Kubernetes' client of that name.
package v1

import (
	"context"

	v1 "k8s.io/api/core/v1"
)

type SecretInterface interface {
	Create(ctx context.Context, secret *v1.Secret, opts ...any) (*v1.Secret, error)
	Update(ctx context.Context, secret *v1.Secret, opts ...any) (*v1.Secret, error)
}
