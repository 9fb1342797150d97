// Package nofix has credentials in places where no fix would compile, or
// where it would change more than the credential.
package nofix

import (
	"fmt"
	"os"

	"github.com/momentohq/client-sdk-go/auth"
	"thirdparty.example/presets"
)

const constant = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuZWp0TE1YTjAxdXZ4TDFyUE9vTEtndlBtWmZ2Y0J2VmJqZ2J2LXhwTkdFRSJ9" // want `hard-coded Momento API key \(v1\)`

type token string

var typed token = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuTjUxLWo3eW00WU05WGVoUkVBNTg3Zl9mcEtIUTYxcUplS2s0MnJXR1ZlQSJ9" // want `hard-coded Momento API key \(v1\)`

var array [len("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuSUNUeVNENzVSTm1ZZ2Z1Yk1YejZpbDlCcXhfLWtub0tVUXhmYUUwLXY3ZyJ9")]int // want `hard-coded Momento API key \(v1\)`

var document = `{"apiKey": "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAubC1ZS0twLWhBUG1Ec1NPNHdNSGVPMm5BZ3RjSzJYaFg3MHNEeU1ZU0d3ZyJ9"}` // want `hard-coded Momento API key \(v1\)`

type tagged struct {
	Key string `default:"eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuaUFtQWxJZGpWNWlVQkJnMk1jbW1tSFlTbnhHT0xHeUh5MWwzUmF4RWlFOCJ9"` // want `hard-coded Momento API key \(v1\)`
}

var keyed = map[string]int{"eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuS2swZ2VVaFFfN2k5TWFiSmVjMVRWejF5NThhUUxzdXI2elJJVXRZQ0hhSSJ9": 1} // want `hard-coded Momento API key \(v1\)`

func places(s string) {
	switch s {
	case "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuSHdxQ3ZteElwaUx5MHBpQXpuYnJzVHBhUklRZFpWd195djZhVUFmX2JSbyJ9": // want `hard-coded Momento API key \(v1\)`
	}
	if s == "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuNUhwU0FuOHdCUktZc0szNy1yS0l3TmlvcmpoMkVvMHAwNmctQUowVWExUSJ9" { // want `hard-coded Momento API key \(v1\)`
		fmt.Println("found")
	}
	_ = os.Setenv("MOMENTO_API_KEY", "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuRjJYV3lyMjdZNm81UTE0eGQ2OHpUZ0ViWXNNZGs5aHI2dzh3dW9EUFFfOCJ9")    // want `hard-coded Momento API key \(v1\)`
	_, _ = auth.FromEnvironmentVariable("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuOXVpMmhTYWQ5S3pfU3V4em5lMG5rbnNxR3ExQ2JWaWlyTVVqdjZiRnliayJ9") // want `hard-coded Momento API key \(v1\)`
	// Without its argument the import of presets would be one too many.
	_, _ = auth.FromString(presets.Key) // want `hard-coded Momento API key \(v1\)`
}
