// Package sdk knows the names of Momento's Go SDK that the analyzers act on
// (github.com/momentohq/client-sdk-go, read at v1.40.1), and nothing else: no
// analyzer spells out a path, a type or a function of the SDK itself.
package sdk

import (
	"go/types"
	"strings"
)

// Module is the module path of the SDK.
const Module = "github.com/momentohq/client-sdk-go"

// The packages of the SDK that matter, as paths below Module.
const (
	Auth      = "auth"
	Momento   = "momento"
	Utils     = "utils"
	Responses = "responses/auth"
	Logger    = "config/logger"
)

// Package returns the path of a package below the SDK's module: "auth" for
// github.com/momentohq/client-sdk-go/auth, also where it is vendored or where
// the module has a major version suffix. ok is false for all other packages.
func Package(path string) (below string, ok bool) {
	if i := strings.LastIndex(path, "/vendor/"); i >= 0 {
		path = path[i+len("/vendor/"):]
	}
	rest, ok := strings.CutPrefix(path, Module)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	rest = strings.TrimPrefix(rest, "/")
	if major, after, _ := strings.Cut(rest, "/"); isMajor(major) {
		rest = after
	}
	// The examples live below the SDK's path, but are users of it.
	if first, _, _ := strings.Cut(rest, "/"); first == "examples" {
		return "", false
	}
	return rest, true
}

// isMajor reports whether a path element is a major version: v2, v10 …
func isMajor(s string) bool {
	if len(s) < 2 || s[0] != 'v' || s[1] == '0' {
		return false
	}
	for _, c := range s[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// Is reports whether obj is the package-level object of that name in that
// package of the SDK.
func Is(obj types.Object, pkg, name string) bool {
	if obj == nil || obj.Name() != name || obj.Pkg() == nil {
		return false
	}
	below, ok := Package(obj.Pkg().Path())
	return ok && below == pkg
}

// Type returns package (below the module) and name of a named type of the SDK,
// looking through one pointer and through aliases; ok is false for all others.
func Type(t types.Type) (pkg, name string, ok bool) {
	if t == nil {
		return "", "", false
	}
	t = types.Unalias(t)
	if p, isPointer := t.(*types.Pointer); isPointer {
		t = types.Unalias(p.Elem())
	}
	named, isNamed := t.(*types.Named)
	if !isNamed || named.Obj().Pkg() == nil {
		return "", "", false
	}
	below, ok := Package(named.Obj().Pkg().Path())
	return below, named.Obj().Name(), ok
}

// IsType reports whether t, or what t points to, is that named type of the SDK.
func IsType(t types.Type, pkg, name string) bool {
	p, n, ok := Type(t)
	return ok && p == pkg && n == name
}

// Func returns package (below the module) and name of a function or method of
// the SDK: "AuthClient.GenerateApiKey" for a method.
func Func(fn *types.Func) (pkg, name string, ok bool) {
	if fn == nil || fn.Pkg() == nil {
		return "", "", false
	}
	below, ok := Package(fn.Pkg().Path())
	if !ok {
		return "", "", false
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return below, fn.Name(), true
	}
	_, owner, ok := Type(recv.Type())
	return below, owner + "." + fn.Name(), ok
}

// Constructor describes a function of package auth that takes a credential.
type Constructor struct {
	// Props means that the function takes an ApiKeyV2Props instead of a string.
	Props bool
	// FromEnv is the function of the same generation that reads the credential
	// from an environment variable; Variadic tells that it needs no name of one.
	FromEnv  string
	Variadic bool
}

// Constructors maps the functions of package auth that take a credential.
func Constructors(name string) (Constructor, bool) {
	switch name {
	case "FromString", "FromDisposableToken":
		return Constructor{FromEnv: "FromEnvironmentVariable"}, true
	case "NewStringMomentoTokenProvider":
		return Constructor{FromEnv: "NewEnvMomentoTokenProvider"}, true
	case "FromApiKeyV2":
		return Constructor{Props: true, FromEnv: "FromEnvironmentVariablesV2", Variadic: true}, true
	case "NewApiKeyV2TokenProvider":
		return Constructor{Props: true, FromEnv: "NewEnvMomentoV2TokenProvider", Variadic: true}, true
	}
	return Constructor{}, false
}

// secretField is a field of an SDK struct that holds a secret.
type secretField struct{ pkg, owner, field string }

// secretFields are the fields whose value is a secret whoever reads them.
var secretFields = [...]secretField{
	{Responses, "GenerateApiKeySuccess", "ApiKey"},
	{Responses, "GenerateApiKeySuccess", "RefreshToken"},
	{Responses, "RefreshApiKeySuccess", "ApiKey"},
	{Responses, "RefreshApiKeySuccess", "RefreshToken"},
	{Responses, "GenerateDisposableTokenSuccess", "ApiKey"},
	{Auth, "ApiKeyV2Props", "ApiKey"},
	{Momento, "RefreshApiKeyRequest", "RefreshToken"},
}

// SecretField reports whether the field of that SDK type holds a secret.
func SecretField(owner types.Type, field string) bool {
	pkg, name, ok := Type(owner)
	if !ok {
		return false
	}
	for _, s := range secretFields {
		if s.pkg == pkg && s.owner == name && s.field == field {
			return true
		}
	}
	return false
}

// secretHolders are interfaces whose only implementations hold secrets.
var secretHolders = [...]string{"GenerateApiKeyResponse", "RefreshApiKeyResponse", "GenerateDisposableTokenResponse"}

// SecretType reports whether a value of the type shows a secret when it is
// printed or encoded as a whole: the responses of the auth client, as structs
// and as interfaces, and the structs that carry a key into the SDK.
func SecretType(t types.Type) bool {
	pkg, name, ok := Type(t)
	if !ok {
		return false
	}
	for _, s := range secretFields {
		if s.pkg == pkg && s.owner == name {
			return true
		}
	}
	return IsResponse(t)
}

// IsResponse reports whether t is one of the interfaces that the auth client
// answers with.
func IsResponse(t types.Type) bool {
	pkg, name, ok := Type(t)
	if !ok || pkg != Responses {
		return false
	}
	for _, h := range secretHolders {
		if h == name {
			return true
		}
	}
	return false
}

// Disposable reports whether t is a response with a disposable token, which is
// made to be handed out to clients.
func Disposable(t types.Type) bool {
	pkg, name, ok := Type(t)
	return ok && pkg == Responses && strings.HasPrefix(name, "GenerateDisposableToken")
}

// IsProvider reports whether t is CredentialProvider, or a type of package auth
// that implements it. Its String method masks the key; its fields do not.
func IsProvider(t types.Type) bool {
	pkg, name, ok := Type(t)
	return ok && pkg == Auth && (name == "CredentialProvider" || name == "defaultCredentialProvider")
}

// Imported reports whether the package imports one of the SDK's packages directly.
func Imported(pkg *types.Package) bool {
	for _, p := range pkg.Imports() {
		if _, ok := Package(p.Path()); ok {
			return true
		}
	}
	return false
}
