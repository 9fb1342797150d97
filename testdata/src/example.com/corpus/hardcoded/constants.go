// Package hardcoded is the corpus of momentohardcoded: every way to write a
// credential into Go code that we know, and what must not be taken for one.
// The credentials are synthetic: right in structure, signed by nobody.
package hardcoded

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"example.com/corpus/hardcoded/keys"
)

const keyV1 = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuOWNuX0Y0VzF4MUlZRkp3ZFB5Q0xYNXFzZmM1UUhNUnRDTVBnNUdJM2VOOCJ9" // want `hard-coded Momento API key \(v1\), super-user, never expires \(fingerprint [0-9a-f]{16}\)`

var keyV2 = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjNlODExY2MzLWJmODFiNjVjIn0.4qGHC_UjyJx0Qs7fRTA6sDwLX4GUSGJjOSir3pWvy9VVPe0Wqb6SLOuxiJIfMZO8Rbm6gli0QM-Sfvvdn2B4aA" // want `hard-coded Momento API key \(v2, global\), rights by its role, expiry unknown`

var legacy = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJkZXZAZXhhbXBsZS5jb20iLCJjcCI6ImNvbnRyb2wuY2VsbC00LXVzLXdlc3QtMi0xLnByb2QuYS5tb21lbnRvaHEuY29tIiwiYyI6ImNhY2hlLmNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSJ9.kMdvbjPiL-GLIho5b9y9SlPQrLQLLd1TDfo0iJhfeDVCpsRSyHfMjwW9rWsMUQY0t7tm1KOV1wTTlRBiRih_Eg" // want `hard-coded Momento legacy auth token, super-user`

var bareJWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJkZXZAZXhhbXBsZS5jb20iLCJ2ZXIiOjEsInAiOiJDQUE9In0.9cn_F4W1x1IYFJwdPyCLX5qsfc5QHMRtCMPg5GI3eN8" // want `hard-coded Momento API key \(v1, bare JWT\), super-user, never expires`

var disposable = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRmFFbExSVUZ2VDBOQlNXRkRRVzlIWWpOS2ExcFlTbnBKWjBFOUlpd2lhV0YwSWpveU1qQTRPVGc0T0RBd0xDSmxlSEFpT2pJeU1EZzVPVEkwTURCOS5nR05jVEt6d1paSnFuSUI2bW1IRXAtWHZrRnR4WUczb0lSNGdxQXZNMS1nIn0=" // want `hard-coded Momento disposable token`

var scoped = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRmFFbExSVUZ2VDBOQlNXRkRRVzlIWWpOS2ExcFlTbnBKWjBFOUlpd2laWGh3SWpvME1EY3dPVEE0T0RBd2ZRLkc1cl9BdmxTbjB3d2ZVdDd6N0FLRGZOMnZzRjlXSjFUQ1k4UHJHUnBYMEkifQ==" // want `hard-coded Momento API key \(v1\), read-only on cache "orders", expires 2099-01-01`

var expired = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJaXdpWlhod0lqb3hOamd5T0RrNU1qQXdmUS52NlhMTTRJVkdFYWJ0cDgyN1hHUEh5SEFkOXdaeXZLVGtSQVFKSmQxaUFVIn0=" // want `hard-coded Momento API key \(v1\), super-user, expired 2023-05-01`

// The pieces are nothing by themselves.
const (
	head = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVj"
	tail = "Q0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuUmJDNkYxNGFTdXh6ZXo3OTE2TTVqNGV3U2hPNHRLRkVvaTE4R3J0Uy1OcyJ9"
)

const joined = head + tail // want `hard-coded Momento API key \(v1\)`

const overLines = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjcxM2M5NTBkLTgzNDl" + // want `hard-coded Momento API key \(v2, global\)`
	"jNWQ3In0.9bTSiXiF-VPgS-d-DG6fEXyrkcVrRK8D-h1HuuWsNsLfb95tlHs" +
	"Um8d7Iir9qY49jc-Y5cdkevRCDMGbygk2OQ"

const imported = keys.Head + "SklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuR2hSZnhEVXhRN1ItNjVWRF9MZ1hoVzZMc0xtRUcwUUF5OVZ2QTR6bkpnTSJ9" // want `hard-coded Momento API key \(v1\)`

const aliased = keyV1

var raw = `eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjhiMzRlYmI4LTI5ODA5YTU3In0.09a0bXmUXHTRyUvrN4fo1DMD8m15m2c8jTv3ZQwpKtURPfwYnNjBf5anuU7O-LxagPuKufnG_uNrnDhS3aICIA` // want `hard-coded Momento API key \(v2, global\)`

var asBytes = []byte("eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6ImZjODMxZDNjLTkyZjU5ODUwIn0.L6SjXmYvfdh4gVRjQkE-kwJMFHSwBnRqakI5RQoUy9Jxp91QbJbkVV1Yy_MIuzrjq56LGCzwxnc_75R3efBv4g") // want `hard-coded Momento API key \(v2, global\)`

var byNumbers = []byte{101, 121, 74, 104, 98, 71, 99, 105, 79, 105, 74, 73, 85, 122, 85, 120, 77, 105, 74, 57, 46, 101, 121, 74, 48, 73, 106, 111, 105, 90, 121, 73, 115, 73, 109, 112, 48, 97, 83, 73, 54, 73, 106, 85, 48, 77, 50, 74, 106, 90, 68, 81, 49, 76, 84, 77, 53, 90, 71, 89, 50, 78, 71, 85, 50, 73, 110, 48, 46, 48, 73, 87, 111, 48, 106, 70, 87, 74, 105, 52, 66, 45, 95, 67, 111, 52, 80, 106, 103, 54, 103, 95, 99, 105, 74, 85, 76, 107, 79, 72, 56, 82, 108, 113, 103, 116, 120, 54, 100, 78, 117, 53, 122, 108, 95, 102, 53, 117, 69, 122, 109, 107, 85, 116, 97, 119, 82, 117, 114, 77, 56, 116, 98, 114, 70, 106, 79, 111, 76, 48, 76, 122, 121, 84, 48, 80, 101, 57, 121, 102, 78, 115, 122, 89, 65} // want `hard-coded Momento API key \(v2, global\)`

type Token string

type settings struct {
	Name, Key string
	Token     Token
	Default   string `env:"KEY" default:"eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjI3NzNkZDIwLWU3YzZlYjE3In0._w_axAxC9J6GcEi_I_l6rPcbJPfeP1oL5GfD8qRtlWZseRXIk-tn62W4EBhYn9riyHjc4SfLJHWtowBOttT_BQ"` // want `hard-coded Momento API key \(v2, global\)`
}

var inStruct = settings{
	Name:  "production",
	Key:   "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuNjZkSkE3ZTI0d1JJbDJYMXgtclNYUGR2czhkdUZiZnlUejJtOERlcjZhTSJ9", // want `hard-coded Momento API key \(v1\)`
	Token: "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjM5OWM4MjlmLWNkMTE4ZGU5In0.oQc2fI95G7b7rhIT2vIL_ncrJl1UFOZEgaoMkJbG7I-iW6JXXZnzP12jmBEmh7uUkCVCMy0z2njJHImFvzYQIQ",                                                                                                                          // want `hard-coded Momento API key \(v2, global\)`
}

var inMap = map[string]string{
	"production": "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuTjJYTHhSbEVKUXhzZjZGelI4X3hyQkJ4UTlYdUtqU3BDYnFXS3RDclV4OCJ9", // want `hard-coded Momento API key \(v1\)`
	"staging":    "none",
}

var inSlice = []string{"a", "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAud0g0bl9tYUNRNjIxTkNBN1RqTTRBX0JvenFQZVBZSXphRm8tY1VhSEVDUSJ9"} // want `hard-coded Momento API key \(v1\)`

var inConsole = /* want `hard-coded Momento API key \(v1\)` `hard-coded Momento refresh token` */ `{
  "apiKey": "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuRmtKWjMyNzZ3UnR0ektNenFzSVFWa0w1SWFXelY1TWZRTk9qQjBOZXdQZyJ9",
  "refreshToken": "tK4rSeeNSz9cK95zeSCyRAwrSKSkeX5ZM2KekOxf1AxMYbpwl4xikwm7StvS4xVA",
  "endpoint": "cell-4-us-west-2-1.prod.a.momentohq.com",
  "validUntil": 2240611200
}
`

var escaped = "{\"apiKey\": \"eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAud01IN0ZqckM0Y2w3a0psYmdIdHNqWlhIT21WRFowWWxlOGFSV3BpU3BYcyJ9\"}" // want `hard-coded Momento API key \(v1\)`

var profile = "[default]\ntoken=eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuT1llaWpHZkhVMHR1V1VDdG1OaTJwSUtKLVU4LTZvRXc1R3F5V1ZUTGhiVSJ9\n" // want `hard-coded Momento API key \(v1\)`

var session = "[.momento_session]\ntoken=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJkZXZAZXhhbXBsZS5jb20iLCJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsImF1ZCI6Im1vbWVudG8tY2xpIn0.d5k6DSyO9lyULIkoQnWrpVAoEyXOmdfPpe0Q3SrpF8Y\nvalid_until=4070908800\n" // want `hard-coded Momento session token`

var encoded = "ZXlKbGJtUndiMmx1ZENJNkltTmxiR3d0TkMxMWN5MTNaWE4wTFRJdE1TNXdjbTlrTG1FdWJXOXRaVzUwYjJoeExtTnZiU0lzSW1Gd2FWOXJaWGtpT2lKbGVVcG9Za2RqYVU5cFNrbFZla2t4VG1sSmMwbHVValZqUTBrMlNXdHdXRlpEU2prdVpYbEtlbVJYU1dsUGFVcHJXbGhhUVZwWWFHaGlXRUp6V2xNMWFtSXlNR2xNUTBveVdsaEphVTlxUlhOSmJrRnBUMmxLUkZGVlJUbEpiakF1UkV4VlJtdE5ZV1J5VFhWaGVVeE9TMjAzUkhWa0xUSllUbEE0WlVRM2VHcDJUVEUyYlhGMVFteHdOQ0o5" // want `hard-coded Momento API key \(v1\)`

var inURL = "https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com/cache/c?token=eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjRlOTg0ODVlLTcxMWMyZGJiIn0.4FuyGECaSWdRrLo6EsoDAuT6rZ6jGquK-VEfKpH8UiIW1yAhGSUEGLPkEbMaC4V2JVIRDiun6g0i2yi_3aem_A&key=k" // want `hard-coded Momento API key \(v2, global\)`

var inDSN = "rediss://default:eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6ImI0NmZhNTkxLTliYzRmZWU4In0.xf-jwd74VsmdfbnHrqNNH-FYDp7Zyov4wJ0fVMu49ZRjNSrGhV3k41f_8DmQZnsb-D_LSuAHXRy8GoxXwdqdTg@cache.example.com:6379" // want `hard-coded Momento API key \(v2, global\)`

func use(...any) {}

func calls(w *strings.Builder, c chan string) (string, error) {
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAud0kyV1VJZk43cXdtU1hTLVRTam5ZeGNKSnM5VWlZRkJXSF93aEl5WmhRcyJ9")                                                  // want `hard-coded Momento API key \(v1\)`
	token := flag.String("token", "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAucUVpQUozeVZpSE5xeU1MdlYzc3pGOEtwckZBTVFBRU9MSXozUlU1UmlTZyJ9", "the token")           // want `hard-coded Momento API key \(v1\)`
	if err := os.Setenv("MOMENTO_API_KEY", "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuR2pLZThwLURVSkhleDdqR25lM1A3ZGNNalZGQ3VKbjJKLVVrWkh0MUJYUSJ9"); err != nil { // want `hard-coded Momento API key \(v1\)`
		return "", err
	}
	_, _ = os.LookupEnv("eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjliZDc1ODUzLWEwMGE3YTIwIn0.KSWmQgDKRdroipfrRGShzRLG4kNEgkIu1LlnKm3gfxypQ0BmMOFKtJSD_iFFyqV8Wq7QNqbwquhn5209RCbYpA")  // want `hard-coded Momento API key \(v2, global\)`
	const local = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjJkYzdjNDA4LTdmODAyZmUyIn0.SXjvQBiWMXFW2VVJ953AOym3V4pSJ095KZ1tpFAqLc6KfovdqhtdNFzhfAute0cTed29mkqj9z6kxo-FtgztLw"         // want `hard-coded Momento API key \(v2, global\)`
	header := "Bearer " + "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjQ4MzY4ZWUyLWVhY2VlYjA2In0.ago0qhpJ-WYErjFDGDL6-wvkQEMc1k65V22JQUdh2ikt6ERWpJeDcfMmmjh0Ml35d1H8CC2zTzYRYKBxNRW-yQ" // want `hard-coded Momento API key \(v2, global\)`
	use(header, token, local, keyV1, aliased)
	switch *token {
	case "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuTFlocUk4dGpQYjBFXzctV2RGWXVIUk5qQklkUVJ6WERKWnVJVXYzUEZoYyJ9": // want `hard-coded Momento API key \(v1\)`
		return "", nil
	}
	if *token == ("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuTms3czY0bTdCY09WU3JBdHBEVzVkUlRLVEthYWtyYVpOMnVvUGMtN242OCJ9") { // want `hard-coded Momento API key \(v1\)`
		c <- "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuQzNTZmttSTFfXzVPNk1TaEhNaDNHUklJWmZ4UUxaZUtuVmdCVVh5ZVFabyJ9" // want `hard-coded Momento API key \(v1\)`
	}
	defer func() {
		use(len("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuLVRfNmItblVkODNZRllPZU56OVJsRzM0a1ZSa3hZQ0xDOHd0OU9XckVGdyJ9")) // want `hard-coded Momento API key \(v1\)`
	}()
	return "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuS2xYanVCbUtEa3p6dTB2SmNXXzg0eUNDM3JrdWtSNzh1OHgtenR2VXlCbyJ9", nil // want `hard-coded Momento API key \(v1\)`
}

func assembled(tenant string) {
	use(strings.Join([]string{"eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleU", "poYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFp", "T2lKRFFVRTlJbjAuNDl0UDlRLVlfczRvdnhIaFdDVUJlNHZuUmk3SE5vSW9qd2J2SFRNN1d5OCJ9"}, "")) // want `hard-coded Momento API key \(v1\)`
	use(fmt.Sprintf("%s.%s", "eyJhbGciOiJIUzUxMiJ9", "eyJ0IjoiZyIsImp0aSI6IjFjYzVlMjNjLWQ0ZmQ2YTM2In0.kJ7uSkk7mBDokw5lv673GDn_M7rL9YE8exjBE3V00UvQvrlk9eYatyYzO8Xlj93zXXdRASCJHacHfFzs5CAX7g"))                                                                                                                                     // want `hard-coded Momento API key \(v2, global\)`
	use(fmt.Sprintf("Authorization: %s%s", head, tail))                                                                                                                                                                                                                                                                             // want `hard-coded Momento API key \(v1\)`
	first := "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaU"
	second := "prWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuM0Q2MHJlZTZia2lHdTdwbXV1VmZud2VQdU5oaksyYWI5d3IwT1VwZk1BWSJ9"
	use(first + second)                 // want `hard-coded Momento API key \(v1\)`
	use(tenant + ":" + first + second)  // want `hard-coded Momento API key \(v1\)`
	use(string(first) + string(second)) // want `hard-coded Momento API key \(v1\)`

	built := "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9p" // want `hard-coded Momento API key \(v1\)`
	built += "SklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFp"
	built += "T2lKRFFVRTlJbjAuTEZBVnVJaXlNdGNLRmR6OFEwb2hET3lMZDZsSExFUHhtaVoyTGFQenJJTSJ9"
	use(built)
	use(tenant + "=" + "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAubGxId0ZIQVNydmxFbmNFN1ltTWp2ODlfYU5yOVBQVDI0cFJzd2RLNDNVdyJ9")           // want `hard-coded Momento API key \(v1\)`
	use(fmt.Sprintf("token=%s", "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuSS1IQkJIVktrdWFDLXBmYmNCOHducm81UXlBZ2NxLVVhOGh2clhuS1FfOCJ9")) // want `hard-coded Momento API key \(v1\)`
}

func generic[T ~string](t T) T {
	return t + "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjRhNzRiNzg2LWNhZTA0MTNlIn0.QZW_KzMmdHTifl1qbHSF8SXa2ThcusqJdw-A4IX7WXJVmVh2LIRx0tUkvzHuyZfoFURsI_GxjthF752ag5XU2A" // want `hard-coded Momento API key \(v2, global\)`
}
