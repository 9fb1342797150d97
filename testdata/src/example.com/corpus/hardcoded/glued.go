package hardcoded

// What stands right beside a key does not hide it.
func glued(name string) {
	use("production-" + "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuVWIxdVgtTEVuOVJiV1BMNlJBcjEzZFY3aWpFZ01YQzJacENTVGlxdUhzOCJ9") // want `hard-coded Momento API key \(v1\)`
	use("key_" + ("eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjkzYjM1MzU4LTkxYTRlMjM1In0.0K43MY3w2gUSRQ656T5U6sMHFCsajKPrvLosgVrpCz0YOZjamBJGHOcr3lMdIMvPRGE-B9urqm-7c__ET3emYQ") + "_" + name)                                                                                                                  // want `hard-coded Momento API key \(v2, global\)`
	use("production-" + keyV1)
}
