package hardcoded

import (
	"os"

	"example.com/corpus/hardcoded/keys"
	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/momento"
	"thirdparty.example/presets"
)

func constructors() {
	_, _ = auth.FromString("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAubTNlWk1HNVB3eVlRWUlKbUlENjBTSi1hNUdPZ2hwMjdnWHFJdVJjaVpCSSJ9")                                                                                                                  // want `hard-coded Momento API key \(v1\)`
	_, _ = auth.NewStringMomentoTokenProvider("eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJkZXZAZXhhbXBsZS5jb20iLCJjcCI6ImNvbnRyb2wuY2VsbC00LXVzLXdlc3QtMi0xLnByb2QuYS5tb21lbnRvaHEuY29tIiwiYyI6ImNhY2hlLmNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSJ9.Gdpng_H1LE674x2IgjB8xOUP1y_o3PQIbl97YZARWO32DEExNUTYsm2ieoF43zOO48SVGdrPXWm_ctZliUIcew")                                                                                       // want `hard-coded Momento legacy auth token`
	_, _ = auth.FromDisposableToken("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRmFFbExSVUZ2VDBOQlNXRkRRVzlIWWpOS2ExcFlTbnBKWjBFOUlpd2lhV0YwSWpveU1qQTRPVGc0T0RBd0xDSmxlSEFpT2pJeU1EZzVPVEkwTURCOS56VXduVGJuT1ZvMmszQWNSX0l6STlJMXpmSlktQkgyNUw0b1lkZTg5SGpJIn0=") // want `hard-coded Momento disposable token`
	_, _ = auth.FromApiKeyV2(auth.ApiKeyV2Props{ApiKey: "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjA1NDY0NzU1LTU4Yjg3ZTIyIn0.rqq2zE3soFfWER9HIcl2hTCUKcd2rz8l5v2ob0CJ5CTvl5TpBd8gmkZreMiK0TdugM5FcDzj94oJRvJkZMMfRQ"})                                                                                                                                                                                                             // want `hard-coded Momento API key \(v2, global\)`
	_, _ = auth.NewApiKeyV2TokenProvider(auth.ApiKeyV2Props{"eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjJiYjFkYmEwLWU0ZjAwNDFiIn0.1DLN5H9_iUCVIpXImMyJC881escSE73hr21MbUwyQDWY8g060CRrEQvlCeJGJr3pWTgjd74BnG74Ahe-syVTIw", ""})                                                                                                                                                                                                     // want `hard-coded Momento API key \(v2, global\)`

	// Constants that do not decode, but are handed over as credentials.
	_, _ = auth.FromString("not-a-real-key-but-hard-coded")                                                                                                                                                                                                                       // want `hard-coded credential: constant of 29 bytes \(fingerprint [0-9a-f]{16}\) goes into auth.FromString`
	_, _ = auth.FromString(keys.Opaque)                                                                                                                                                                                                                                           // want `hard-coded credential: constant of 19 bytes .* goes into auth.FromString`
	_, _ = auth.FromString(("a" + "b" + "c"))                                                                                                                                                                                                                                     // want `hard-coded credential: constant of 3 bytes`
	_, _ = auth.FromDisposableToken(`{"endpoint":"e","api_key":"k"}`)                                                                                                                                                                                                             // want `hard-coded credential: constant of 30 bytes .* goes into auth.FromDisposableToken`
	_, _ = auth.FromApiKeyV2(auth.ApiKeyV2Props{ApiKey: "k3y", Endpoint: "e"})                                                                                                                                                                                                    // want `hard-coded credential: constant of 3 bytes .* goes into auth.ApiKeyV2Props.ApiKey`
	_, _ = auth.FromString("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FjbWUuZXUuYXV0aDAuY29tLyIsInN1YiI6ImF1dGgwfDVmN2M4ZWM3YzMzYzZjMDA0YmJhZmU4MiIsImF1ZCI6Imh0dHBzOi8vYXBpLmFjbWUuY29tIiwiZXhwIjo0MDcwOTA4ODAwfQ.YFV-xvx3jjDzsW8B0wCKYpbhksyW7DvPSan1SMtwgzQ") // want `hard-coded credential: constant of`
	props := auth.ApiKeyV2Props{Endpoint: os.Getenv("MOMENTO_ENDPOINT")}
	props.ApiKey = "s3cr3t"                                                                                                    // want `hard-coded credential: constant of 6 bytes .* goes into auth.ApiKeyV2Props.ApiKey`
	request := &momento.RefreshApiKeyRequest{RefreshToken: "X6c_VlUeTQUBRAd7Q3-TGz8X5a0kZGcAwF-97-1tUhfvZZxw7tNWBVpjPUf_cPVX"} // want `hard-coded credential: constant of 64 bytes .* goes into momento.RefreshApiKeyRequest.RefreshToken`
	request.RefreshToken = "another"                                                                                           // want `hard-coded credential: constant of 7 bytes .* goes into momento.RefreshApiKeyRequest.RefreshToken`
	local := "l0cal-key"
	_, _ = auth.FromString(local) // want `hard-coded credential: constant of 9 bytes`

	// A constant of somebody else's module: this is the only place to tell of it.
	_, _ = auth.FromString(presets.Key) // want `hard-coded Momento API key \(v1\)`
	use(props, request)
}
