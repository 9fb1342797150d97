// Package embedded takes credentials into the program with go:embed.
package embedded

import (
	"embed"
	_ "embed"
)

// want +2 `embedded file "momento_key_info.json" holds a Momento API key \(v1\)` `holds a Momento refresh token`
//
//go:embed momento_key_info.json
var console string

// want +2 `embedded file "files/production.env" holds a Momento API key \(v2, global\)`
//
//go:embed readme.txt "files/*.env"
var files embed.FS

// want +2 `embedded file "files/production.env" holds a Momento API key \(v2, global\)`
//
//go:embed files
var folder embed.FS

// want +2 `embedded file "files/.hidden" holds a Momento API key \(v1\)` `embedded file "files/production.env" holds a Momento API key \(v2, global\)`
//
//go:embed all:files
var all embed.FS

//go:embed readme.txt
var harmless []byte

// momentolint:allow -- a comment of the group silences the directive
//
//go:embed files/production.env
var silenced []byte

//go:embed allowed.env
var allowed []byte
