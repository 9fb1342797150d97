// Package none has no imports.
package none

func key() string {
	return "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuSU5aVlZpemFHUDNHSXpoSDc3aVpVTnM1d1dwMkVTVGZRVDk1a1o2T1Q3RSJ9" // want `hard-coded Momento API key \(v1\)`
}
