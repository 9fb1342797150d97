package account

import "encoding/json"

func decodeRole(permissions string, w *wireRole) error {
	return json.Unmarshal([]byte(permissions), &w.Permissions)
}
