package momentotest

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// WebFault is what goes wrong in the answer to one call of the management API.
// The zero value is nothing.
type WebFault struct {
	// Latency is how long the answer takes.
	Latency time.Duration
	// Status is answered instead of the truth, with Header and Body.
	Status int
	Header map[string]string
	Body   string
	// Accept answers whatever the key is.
	Accept bool
	// Abort breaks the connection, After whatever the call did.
	Abort, AbortAfter bool
	// Endless: the answer never ends.
	Endless bool
	// SamePage: every page names itself as the next.
	SamePage bool
}

// SetWebFault has a function choose the fault of every call of the management
// API; nil = none.
func (s *Server) SetWebFault(choose func(Call) WebFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webFault = choose
}

func (s *Server) webFaultOf(c Call) WebFault {
	s.mu.Lock()
	choose := s.webFault
	s.mu.Unlock()
	if choose == nil {
		return WebFault{}
	}
	return choose(c)
}

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

// management is the management API.
func (s *Server) management() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api-keys", s.checked(false, s.listKeys))
	mux.HandleFunc("GET /roles", s.checked(false, s.listRoles))
	mux.HandleFunc("DELETE /api-keys/{id}", s.checked(true, s.revokeKey))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := Call{
			Method:      r.Method + " " + r.URL.Path,
			Fingerprint: fingerprint(r.Header.Get("Authorization")),
			Agent:       r.UserAgent(),
		}
		s.record(call)
		f := s.webFaultOf(call)
		sleep(r.Context(), f.Latency)
		switch {
		case f.Abort:
			panic(http.ErrAbortHandler)
		case f.Endless:
			w.WriteHeader(http.StatusOK)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(" ", 1<<16)); err != nil {
					return
				}
			}
			return
		case f.Status != 0:
			for k, v := range f.Header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(f.Status)
			_, _ = io.WriteString(w, f.Body)
			return
		}
		if f.Accept {
			r.Header.Set(acceptHeader, "1")
		}
		if f.SamePage {
			r.Header.Set(samePageHeader, "1")
		}
		if f.AbortAfter {
			mux.ServeHTTP(nowhere{http.Header{}}, r)
			panic(http.ErrAbortHandler)
		}
		mux.ServeHTTP(w, r)
	})
}

// Notes from the faults to the handlers.
const (
	acceptHeader   = "Momentotest-Accept"
	samePageHeader = "Momentotest-Same-Page"
)

// nowhere is an answer that never arrives.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// checked lets a call through if its key may read or write keys.
func (s *Server) checked(write bool, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		k := s.lookup(r.Header.Get("Authorization"))
		switch {
		case r.Header.Get(acceptHeader) != "":
		case k.State != Live:
			fail(w, http.StatusUnauthorized, "Unauthenticated", "Invalid or expired API key")
			return
		case write && !k.WriteKeys, !write && !k.ReadKeys && !k.WriteKeys:
			fail(w, http.StatusForbidden, "PermissionDenied", "The API key does not grant the required access")
			return
		}
		next(w, r)
	}
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": code, "message": message})
}

func succeed(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// page cuts a page out of n entries; it answers itself if the query is wrong.
func (s *Server) page(w http.ResponseWriter, r *http.Request, n int) (from, to int, next string, ok bool) {
	query := r.URL.Query()
	limit := 100
	if text := query.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			fail(w, http.StatusBadRequest, "Bad Request", "limit must be from 1 to 100")
			return 0, 0, "", false
		}
	}
	limit = min(limit, s.opts.PageSize)
	if text := query.Get("next_token"); text != "" {
		var err error
		if from, err = strconv.Atoi(strings.TrimPrefix(text, "page/+ ")); err != nil || from < 0 || from > n {
			fail(w, http.StatusBadRequest, "Bad Request", "unknown next_token")
			return 0, 0, "", false
		}
	}
	to = min(from+limit, n)
	if to < n {
		// With characters that a URL has to escape.
		next = "page/+ " + strconv.Itoa(to)
	}
	if r.Header.Get(samePageHeader) != "" {
		next = "page/+ 0"
	}
	return from, to, next, true
}

type keyInfo struct {
	KeyID       string `json:"key_id"`
	AccountID   string `json:"account_id"`
	Description string `json:"description"`
	RoleID      string `json:"role_id"`
	ExpiresAt   *int64 `json:"expires_at_epoch_seconds,omitempty"`
	IssuedAt    int64  `json:"issued_at_epoch_seconds"`
}

func (s *Server) listKeys(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	all := []keyInfo{}
	for _, f := range s.order {
		k := s.keys[f]
		if !k.Listed || k.State == Revoked {
			continue
		}
		info := keyInfo{KeyID: k.KeyID, AccountID: "a-stand-in", Description: k.Description, RoleID: k.RoleID, IssuedAt: k.IssuedAt.Unix()}
		if !k.ExpiresAt.IsZero() {
			seconds := k.ExpiresAt.Unix()
			info.ExpiresAt = &seconds
		}
		all = append(all, info)
	}
	s.mu.Unlock()
	from, to, next, ok := s.page(w, r, len(all))
	if !ok {
		return
	}
	body := map[string]any{"key_info": all[from:to]}
	if next != "" {
		body["next_token"] = next
	}
	succeed(w, body)
}

type roleInfo struct {
	ID          string          `json:"role_id"`
	Name        string          `json:"role_name"`
	Type        string          `json:"role_type"`
	Description string          `json:"description,omitempty"`
	Permissions json.RawMessage `json:"permissions"`
}

func (s *Server) listRoles(w http.ResponseWriter, r *http.Request) {
	all := []roleInfo{}
	for _, role := range s.opts.Roles {
		if kind := r.URL.Query().Get("type"); kind != "" && kind != role.Type {
			continue
		}
		permissions := role.Permissions
		if permissions == "" {
			permissions = `{"rules":[]}`
		}
		all = append(all, roleInfo{role.ID, role.Name, role.Type, role.Description, json.RawMessage(permissions)})
	}
	from, to, next, ok := s.page(w, r, len(all))
	if !ok {
		return
	}
	body := map[string]any{"roles": all[from:to]}
	if next != "" {
		body["next_token"] = next
	}
	succeed(w, body)
}

func (s *Server) revokeKey(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.keys {
		if k.KeyID == id && k.State != Revoked {
			k.State = Revoked
			succeed(w, map[string]any{})
			return
		}
	}
	fail(w, http.StatusNotFound, "NotFound", "No such key")
}
