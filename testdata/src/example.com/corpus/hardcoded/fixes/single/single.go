// Package single has one import, without parentheses.
package single

import "fmt"

func show() {
	fmt.Println("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuWG84V05ScmdCQlJWY1VJMml3Y1NyaFRQX2lRTERDYy14dE5XUkZ6TGZQRSJ9")      // want `hard-coded Momento API key \(v1\)`
	keys := []string{"eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuODI0YUlPelI2RkdOWlNPZXBlM3NoOXZQM2hwSkdWMV9pVDQtekluUUdYdyJ9"} // want `hard-coded Momento API key \(v1\)`
	fmt.Println(keys)
}
