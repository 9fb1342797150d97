package hardcoded

import (
	"testing"

	"github.com/momentohq/client-sdk-go/auth"
)

func TestKeys(t *testing.T) {
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuSDl3OG9zVHAyWVJnRzlsN2sxQ2QtSFNpTkw1MmExejdhcTNTMnlxeDVlbyJ9") // want `hard-coded Momento API key \(v1\)`

	// Dead in a test: a fixture.
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJaXdpWlhod0lqb3hOamd5T0RrNU1qQXdmUS52NlhMTTRJVkdFYWJ0cDgyN1hHUEh5SEFkOXdaeXZLVGtSQVFKSmQxaUFVIn0=", "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjdmOTJlOWY3LTk1Nzg1NmYxIiwiZXhwIjoxNjgyODk5MjAwfQ.5PAbEc4L3qU26bEnxSNnFgr8wqVdNfNXqwxYG6ifgDaFUmzgisbaIrzRo2vNw-8JZcRq5a2HO1YVS6jX9Yx2PQ")

	// What a test expects to be refused.
	_, err := auth.FromString("invalid token")
	if err == nil {
		t.Error("no error")
	}
}
