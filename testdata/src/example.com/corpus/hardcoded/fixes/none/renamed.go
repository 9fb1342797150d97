package none

import environment "os"

func other() string {
	_ = environment.Args
	return "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAub0Z0RUdjS2oyOVpQbmVqV2xtTFVzQTE0QTQwdDY2eDVTaEFMbXVHRHpIYyJ9" // want `hard-coded Momento API key \(v1\)`
}
