// Package config stands for the SDK's package of that name.
package config

import (
	"time"

	"github.com/momentohq/client-sdk-go/config/logger"
	"github.com/momentohq/client-sdk-go/config/retry"
)

// Configuration configures a client.
type Configuration interface {
	WithRetryStrategy(retryStrategy retry.Strategy) Configuration
	WithClientTimeout(clientTimeout time.Duration) Configuration
	GetClientSideTimeout() time.Duration
}

type configuration struct{ timeout time.Duration }

func (c configuration) WithRetryStrategy(retry.Strategy) Configuration { return c }

func (c configuration) WithClientTimeout(t time.Duration) Configuration {
	c.timeout = t
	return c
}

func (c configuration) GetClientSideTimeout() time.Duration { return c.timeout }

// LaptopLatestWithLogger is a configuration for development.
func LaptopLatestWithLogger(logger.MomentoLoggerFactory) Configuration {
	return configuration{5 * time.Second}
}
