// Package block has a block of imports that a fix has to add to.
package block

import (
	"context"
	"strings"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/momento"
)

var key = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAudVRwajBhdWNpMjktNVVCb2tKckJEZW9Hd1hiQW1veXFxcURoa3Z6Z0hPUSJ9" // want `hard-coded Momento API key \(v1\)`

var table = map[string][]byte{
	"a": []byte("eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6ImZmMDRkNzJkLTM2MjdjYmU4In0.A-y-zRUhZDCxDVP3e8GhHdIIuze5Ut3LeTnvimzTwdYQGCfh2oFOX6zBGqIcoz_rggAafgCrUqqSRwnLVJJdUA"), // want `hard-coded Momento API key \(v2, global\)`
}

func providers(client momento.AuthClient) (string, error) {
	if _, err := auth.FromString("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuUGJFUFB2RldGdGs4X0pJMlZrYWJwZk9PQzZ4WHRmNTliTVp2VXpjVUVrOCJ9"); err != nil { // want `hard-coded Momento API key \(v1\)`
		return "", err
	}
	if _, err := auth.FromDisposableToken("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRmFFbExSVUZ2VDBOQlNXRkRRVzlIWWpOS2ExcFlTbnBKWjBFOUlpd2lhV0YwSWpveU1qQTRPVGc0T0RBd0xDSmxlSEFpT2pJeU1EZzVPVEkwTURCOS5KUVItRFB6cjZXTTl6MGkzLUJoVENubU1BWGMyeXBjMmo3bVNYcWIya1Z3In0="); err != nil { // want `hard-coded Momento disposable token`
		return "", err
	}
	if _, err := auth.NewStringMomentoTokenProvider("opaque"); err != nil { // want `hard-coded credential`
		return "", err
	}
	_, err := auth.FromApiKeyV2(auth.ApiKeyV2Props{
		ApiKey:   "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjY5ZjE5ZWYzLTI1MGM3NDUwIn0.wv_MvnuH2fj6eBQXWvD-J17ckUxMVogGuHyezySdwW-E6BihtlOXxvfOaeENs6a0IFSbCtzbhU-rJ4wmSgLruQ", // want `hard-coded Momento API key \(v2, global\)`
		Endpoint: "cell-4-us-west-2-1.prod.a.momentohq.com",
	})
	if err != nil {
		return "", err
	}
	endpoint := strings.TrimSpace(" e ")
	_, err = auth.NewApiKeyV2TokenProvider(auth.ApiKeyV2Props{
		ApiKey:   "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjRjMzU0YzAzLTQ3OWM3NGUzIn0.PBGaWutgEmgm13Bi4byUlSJw-TyeYos0NUdhIprS9hUsZZ1u2KtvX8zuNL_Gw-MFTokGPwNnaCNYnaSzaAkqbQ", // want `hard-coded Momento API key \(v2, global\)`
		Endpoint: endpoint,
	})
	if err != nil {
		return "", err
	}
	_, err = client.RefreshApiKey(context.Background(), &momento.RefreshApiKeyRequest{
		RefreshToken: "U10UlsJ070sU5fEMtOetY5kB2_xU5ZQM6CCOVTA1rnrKwKpM5hktCFOUsyMOMdi3", // want `hard-coded credential`
	})
	header := "Bearer " + "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjQxZjExNWQzLTkwZWFkZDRlIn0.TPWis_eu170x6jqD91c4bXtgtd-73Xo7waq56IMxA4r9G-Ix5MMWCvgKyURn0_Pz9GH66hpoBw-_s9dmgV1jeQ" // want `hard-coded Momento API key \(v2, global\)`
	return header, err
}
