// Package keys holds constants that other packages put together or use.
package keys

// Head is the beginning of a key, and nothing by itself.
const Head = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9p"

// Default is a whole key: reported here, not where it is used.
const Default = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuUkdDMGFLNEZ0VlZXcjVKWHpybmFSVjdValRseXNQNFFabG5lMEpaQU41VSJ9" // want `hard-coded Momento API key \(v1\)`

// Opaque does not decode.
const Opaque = "s3cr3t-0f-th3-h0us3"
