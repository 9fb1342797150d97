package detecttest

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// valueShape puts one token into a file.
type valueShape struct {
	name, file string
	make       func(token) text
	// few keeps a large shape to three kinds.
	few bool
}

// documentShape puts a whole document into a file; file "" keeps its name.
type documentShape struct {
	name, file string
	make       func(text) text
}

func (s documentShape) fileFor(d document) string {
	if s.file == "" {
		return d.file
	}
	return s.file
}

// pieceWidth is how long the pieces of split literals are. Lines of 76 and 64
// are the usual ones for base64.
const pieceWidth = 60

// valueShapes are the shapes for single tokens.
func valueShapes() []valueShape {
	var all []valueShape
	add := func(name, file string, build func(token) text) {
		all = append(all, valueShape{name: name, file: file, make: build})
	}
	// around puts the token, under some layers, between two texts.
	around := func(name, file, before, after string, layers ...layer) {
		add(name, file, func(t token) text {
			x := t.in()
			for _, l := range layers {
				x = x.under(l)
			}
			return x.between(before, after)
		})
	}

	// As it is.
	around("alone", "token", "", "")
	around("line", "token.txt", "", "\n")
	around("env", ".env", "LOG_LEVEL=info\nMOMENTO_API_KEY=", "\nPORT=8080\n")
	around("env-quoted", ".env", "MOMENTO_API_KEY=\"", "\"\n")
	around("env-single-quoted", ".env", "MOMENTO_AUTH_TOKEN='", "'\n")
	around("env-crlf", ".env", "A=1\r\nMOMENTO_API_KEY=", "\r\nB=2\r\n")
	around("env-last-line", ".env", "A=1\nMOMENTO_API_KEY=", "")
	around("export", "setup.sh", "#!/bin/sh\nexport MOMENTO_API_KEY=", " && ./run\n")
	around("dockerfile", "Dockerfile", "FROM scratch\nENV MOMENTO_API_KEY=", "\nCMD [\"/app\"]\n")
	around("yaml", "values.yaml", "cache:\n  apiKey: ", "\n  ttl: 60\n")
	around("yaml-quoted", "values.yaml", "cache:\n  apiKey: \"", "\" # rotate me\n")
	around("yaml-list", "values.yaml", "env:\n- name: MOMENTO_API_KEY\n  value: ", "\n")
	around("json", "config.json", "{\n  \"cache\": {\"token\": \"", "\", \"ttl\": 60}\n}\n")
	around("json-array", "config.json", "[\"a\",\"", "\",\"b\"]")
	around("toml", "config.toml", "[cache]\ntoken = \"", "\"\n")
	around("ini", "app.ini", "[cache]\ntoken = ", "\nttl = 60\n")
	around("properties", "app.properties", "momento.token=", "\nmomento.ttl=60\n")
	around("xml-attribute", "web.config", "<add key=\"MomentoApiKey\" value=\"", "\" />\n")
	around("xml-element", "pom.xml", "<momento.token>", "</momento.token>\n")
	around("csv", "secrets.csv", "name,value\nmomento,", ",2026\n")
	around("csv-quoted", "secrets.csv", "\"momento\",\"", "\",\"2026\"\n")
	around("tsv", "secrets.tsv", "momento\t", "\t2026\n")
	around("terraform", "main.tf", "variable \"momento\" {\n  default = \"", "\"\n}\n")
	around("workflow", ".github/workflows/ci.yml", "    env:\n      TEST_AUTH_TOKEN: ", "\n    steps:\n")
	around("authorization-header", "notes.sh", "curl -H 'Authorization: ", "' https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com/cache/c\n")
	around("bearer", "requests.http", "GET /cache/orders\nAuthorization: Bearer ", "\n\n")
	around("query", "notes.md", "https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com/cache/c?token=", "&key=k\n", percentNeeded())
	around("query-plain", "access.log", "GET /cache/c?key=k&token=", " HTTP/1.1\" 200\n")
	around("resp-url", "config.rb", "REDIS = 'rediss://orders:", "@cache.cell-4-us-west-2-1.prod.a.momentohq.com:6379'\n", percentNeeded())
	around("resp-url-plain", ".env", "REDIS_URL=rediss://orders:", "@cache.cell-4-us-west-2-1.prod.a.momentohq.com:6379/0\n")
	around("resp-auth", "session.txt", "AUTH orders ", "\nOK\n")
	around("fragment", "index.html", "<a href=\"/app#token=", "\">app</a>\n")
	around("markdown-code", "README.md", "Use `", "` for tests.\n")
	around("angle-brackets", "mail.txt", "the key is <", ">, thanks\n")
	around("parentheses", "notes.txt", "the key (", ") is old\n")
	around("sentence", "notes.txt", "My key is ", ". Please revoke it.\n")
	around("log", "app.log", "2026-11-23T10:00:00Z INFO started key=", " region=us-west-2\n")
	around("sql", "dump.sql", "INSERT INTO keys VALUES (1,'", "');\n")
	around("html-attribute", "index.html", "<div data-token=\"", "\"></div>")
	around("diff", "fix.patch", "@@ -1 +1 @@\n-TOKEN=\n+TOKEN=", "\n")
	around("shell-history", ".bash_history", ": 1700000000:0;momento configure --key ", "\nls\n")
	around("assignment-go", "main.go", "package main\n\nconst key = \"", "\"\n")
	around("raw-string-go", "main.go", "package main\n\nconst key = `", "`\n")
	around("assignment-ts", "keys.ts", "export const key = '", "';\n")
	around("template-literal", "keys.ts", "const header = `Bearer ${'", "'}`;\n")
	around("call", "Main.java", "CredentialProvider.fromString(\"", "\");\n")
	around("binary", "core.bin", "\x7fELF\x02\x01\x00\x00MOMENTO\x00", "\x00\xff\xfe\x80\x00end\x00")
	around("bom", "utf8.txt", "\ufeff", "\n")
	around("non-ascii", "notizen.txt", "Schlüssel für das Büro: „", "“ – bitte löschen\n")
	all = append(all, valueShape{name: "minified", file: "bundle.js", few: true, make: func(t token) text {
		filler := strings.Repeat("function handleUpdate(e){return e.scaleUp(n)};", 1<<20/46)
		return t.in().between("var k=\"", "\";").between(filler, filler)
	}})
	add("twice", "two.env", func(t token) text {
		return t.in().between("A=", "\n").then(t.in().between("B=", "\n"))
	})
	add("neighbours", "list.txt", func(t token) text {
		x := t.in().between("[\"", "\"")
		for i, other := range tokens("neighbour") {
			x = x.then(other.in().between([]string{",\"", ", \"", ",\n\""}[i%3], "\""))
		}
		return x.between("", "]\n")
	})
	add("lines", "list.txt", func(t token) text {
		x := t.in().between("", "\n")
		for _, other := range tokens("line") {
			x = x.then(other.in().between("", "\n"))
		}
		return x
	})

	// Cut by line ends.
	wrapped := func(name, file, before string, first, width int, separator, after string, layers ...layer) {
		around(name, file, before, after, append(layers, cut("wrapped", first, width, separator))...)
	}
	wrapped("wrapped-64", "key.pem", "-----BEGIN MOMENTO KEY-----\n", 64, 64, "\n", "\n-----END MOMENTO KEY-----\n")
	wrapped("wrapped-76-crlf", "key.txt", "key:\r\n", 76, 76, "\r\n", "\r\n")
	wrapped("wrapped-40", "key.txt", "", 40, 40, "\n", "\n")
	wrapped("wrapped-20", "key.txt", "", 20, 20, "\n", "\n\n")
	wrapped("yaml-folded", "values.yaml", "apiKey: >-\n  ", 70, 70, "\n  ", "\nttl: 60\n")
	wrapped("yaml-literal", "values.yaml", "cache:\n    apiKey: |\n        ", 64, 64, "\n        ", "\n    ttl: 60\n")
	wrapped("yaml-continued", "values.yaml", "apiKey: ", 61, 70, "\n  ", "\nttl: 60\n")
	wrapped("mail-quote", "mail.txt", "> my key:\n> ", 70, 70, "\n> ", "\n> thanks\n")
	wrapped("mail-quote-twice", "mail.txt", ">> my key:\n>> ", 70, 70, "\n>> ", "\n")
	wrapped("hash-comment", "config.py", "# old key:\n#   ", 64, 64, "\n#   ", "\nx = 1\n")
	wrapped("slash-comment", "main.c", "// old key:\n// ", 64, 64, "\n// ", "\nint x;\n")
	wrapped("block-comment", "Main.java", "/*\n * ", 64, 64, "\n * ", "\n */\n")
	wrapped("json-escaped-lines", "service.json", "{\"key\": \"", 64, 64, "\\n", "\\n\"}\n")
	wrapped("html-breaks", "page.html", "<pre>", 64, 64, "<br>", "</pre>\n")
	wrapped("zero-width", "chat.txt", "key ", 64, 64, "\u200b", " bye\n")

	// Split into string literals.
	split := func(name, file, before, separator, after string) {
		around("split-"+name, file, before, after, cut("split", pieceWidth, pieceWidth, separator))
	}
	split("java", "Key.java", "class Key {\n  static final String KEY =\n      \"", "\"\n          + \"", "\";\n}\n")
	split("java-trailing", "Key.java", "String key = \"", "\" +\n    \"", "\";\n")
	split("java-one-line", "Key.java", "String key = \"", "\"+\"", "\";\n")
	split("java-comments", "Key.java", "String key = \"", "\" // more\n    + \"", "\";\n")
	split("java-block-comments", "Key.java", "String key = \"", "\" /* more */ + \"", "\";\n")
	split("java-builder", "Key.java", "new StringBuilder().append(\"", "\")\n    .append(\"", "\").toString();\n")
	split("java-statements", "Key.java", "sb.append(\"", "\");\n    sb.append(\"", "\");\n")
	split("java-concat", "Key.java", "\"\".concat(\"", "\").concat(\"", "\");\n")
	split("java-join", "Key.java", "String.join(\"\", \"", "\", \"", "\");\n")
	split("kotlin", "Key.kt", "const val KEY =\n    (\"", "\" +\n        \"", "\")\n")
	split("scala", "Key.scala", "val key = \"", "\" +\n  \"", "\"\n")
	split("groovy", "build.gradle", "def key = '", "' +\n  '", "'\n")
	split("ruby-continued", "key.rb", "KEY = \"", "\\\n", "\".freeze\n")
	split("ruby-adjacent", "key.rb", "KEY = \"", "\" \\\n  \"", "\"\n")
	split("ruby-append", "key.rb", "KEY = \"", "\" <<\n  \"", "\"\n")
	split("ruby-plus", "key.rb", "KEY = '", "' +\n  '", "'\n")
	split("python-adjacent", "key.py", "KEY = (\n    \"", "\"\n    \"", "\"\n)\n")
	split("python-one-line", "key.py", "KEY = '", "' '", "'\n")
	split("python-backslash", "key.py", "KEY = \"", "\" \\\n    \"", "\"\n")
	split("python-plus", "key.py", "KEY = ('", "' +\n       '", "')\n")
	split("python-bytes", "key.py", "KEY = (b\"", "\"\n       b\"", "\")\n")
	split("python-comments", "key.py", "KEY = (\n    \"", "\"  # part\n    \"", "\"\n)\n")
	split("python-join", "key.py", "KEY = \"\".join([\n    \"", "\",\n    \"", "\",\n])\n")
	split("python-augmented", "key.py", "key = \"", "\"\nkey += \"", "\"\n")
	split("python-continued", "key.py", "KEY = \"", "\\\n", "\"\n")
	split("go", "key.go", "package key\n\nconst Key = \"", "\" +\n\t\"", "\"\n")
	split("go-join", "key.go", "strings.Join([]string{\"", "\", \"", "\"}, \"\")\n")
	split("go-raw", "key.go", "const Key = `", "` +\n\t`", "`\n")
	split("javascript", "key.js", "const key = '", "' +\n  '", "';\n")
	split("javascript-array", "key.js", "const key = [\n  '", "',\n  '", "',\n].join('');\n")
	split("javascript-concat", "key.js", "''.concat('", "', '", "');\n")
	split("javascript-template", "key.ts", "const key = `", "` + `", "`;\n")
	split("javascript-continued", "key.js", "const key = '", "\\\n", "';\n")
	split("typescript-plus-equals", "key.ts", "let key = \"", "\";\nkey += \"", "\";\n")
	split("csharp", "Key.cs", "const string Key = \"", "\"\n    + \"", "\";\n")
	split("csharp-verbatim", "Key.cs", "const string Key = @\"", "\" +\n    @\"", "\";\n")
	split("csharp-concat", "Key.cs", "string.Concat(\"", "\", \"", "\");\n")
	split("vb", "Key.vb", "Const Key As String = \"", "\" & _\n    \"", "\"\n")
	split("php", "key.php", "<?php\n$key = '", "' .\n    '", "';\n")
	split("php-append", "key.php", "<?php\n$key = '", "';\n$key .= '", "';\n")
	split("php-implode", "key.php", "<?php\n$key = implode('', ['", "', '", "']);\n")
	split("rust-concat", "key.rs", "const KEY: &str = concat!(\n    \"", "\",\n    \"", "\",\n);\n")
	split("rust-continued", "key.rs", "const KEY: &str = \"", "\\\n    ", "\";\n")
	split("swift", "Key.swift", "let key = \"", "\" +\n    \"", "\"\n")
	split("swift-joined", "Key.swift", "let key = [\"", "\", \"", "\"].joined()\n")
	split("shell-continued", "key.sh", "KEY=", "\\\n", "\nexport KEY\n")
	split("shell-adjacent", "key.sh", "KEY='", "'\"\"'", "'\n")
	split("shell-quotes", "key.sh", "KEY=\"", "\"\\\n\"", "\"\n")
	split("shell-append", "key.sh", "KEY=\"", "\"\nKEY+=\"", "\"\n")
	split("powershell", "key.ps1", "$key = \"", "\" +\n  \"", "\"\n")
	split("c", "key.c", "static const char key[] =\n    \"", "\"\n    \"", "\";\n")
	split("c-macro", "key.h", "#define KEY \"", "\" \\\n            \"", "\"\n")
	split("cpp-string", "key.cpp", "auto key = std::string(\"", "\") + std::string(\"", "\");\n")
	split("perl", "key.pl", "my $key = '", "' .\n  '", "';\n")
	split("lua", "key.lua", "local key = \"", "\" ..\n  \"", "\"\n")
	split("elixir", "key.exs", "@key \"", "\" <>\n       \"", "\"\n")
	split("haskell", "Key.hs", "key = \"", "\" ++\n  \"", "\"\n")
	split("ocaml", "key.ml", "let key = \"", "\" ^\n  \"", "\"\n")
	split("sql", "key.sql", "SELECT '", "' ||\n  '", "';\n")
	split("dart", "key.dart", "const key = '", "'\n    '", "';\n")
	split("terraform", "key.tf", "key = join(\"\", [\n  \"", "\",\n  \"", "\",\n])\n")
	split("yaml-double-quoted", "values.yaml", "apiKey: \"", "\\\n  ", "\"\nttl: 60\n")
	split("commented-out", "key.js", "// const key = '", "' +\n//   '", "';\n")
	split("crlf", "Key.java", "String key = \"", "\" +\r\n    \"", "\";\r\n")
	split("notebook", "key.ipynb", "\"source\": [\n    \"key = (\\\"", "\\\"\\n\",\n    \"       \\\"", "\\\")\\n\"\n]\n")
	split("json-in-code", "key.json", "{\"code\": \"key = '", "' +\\n  '", "';\"}\n")

	// Escaped.
	around("percent", "form.txt", "token=", "&x=1\n", percentNeeded())
	around("percent-all", "form.txt", "token=", "&x=1\n", percentAll("%%%02X"))
	around("percent-all-lower", "form.txt", "token=", "\n", percentAll("%%%02x"))
	around("percent-twice", "form.txt", "url=", "\n", each("percent", func(c byte) string {
		if isToken(c) {
			return string(c)
		}
		return fmt.Sprintf("%%25%02X", c)
	}))
	around("percent-twice-all", "form.txt", "url=", "\n", percentAll("%%25%02X"))
	around("unicode-escape", "data.json", "{\"k\":\"", "\"}\n", escapeAll(`\u%04x`))
	around("unicode-escape-upper", "data.json", "{\"k\":\"", "\"}\n", escapeAll(`\u%04X`))
	around("unicode-escape-equals", "data.json", "{\"k\":\"", "\"}\n", escapeSome("=<>&'", `\u%04x`))
	around("unicode-escape-twice", "data.json", "{\"body\":\"{\\\"k\\\":\\\"", "\\\"}\"}\n", escapeAll(`\\u%04x`))
	around("unicode-escape-dots", "data.json", "{\"k\":\"", "\"}\n", escapeSome(".", `\u%04x`))
	around("braced-escape", "key.rs", "let k = \"", "\";\n", escapeAll(`\u{%x}`))
	around("braced-escape-long", "key.js", "let k = \"", "\";\n", escapeAll(`\u{%04x}`))
	around("hex-escape", "key.c", "char k[] = \"", "\";\n", escapeAll(`\x%02x`))
	around("hex-escape-upper", "key.py", "k = b\"", "\"\n", escapeAll(`\x%02X`))
	around("hex-escape-twice", "key.json", "{\"code\":\"k = '", "'\"}\n", escapeAll(`\\x%02x`))
	around("octal-escape", "key.c", "char k[] = \"", "\";\n", escapeAll(`\%03o`))
	around("slash-escape", "data.json", "{\"k\":\"", "\"}\n", escapeSome("/", `\%c`))
	around("markdown-escape", "notes.md", "key: ", "\n", escapeSome("_", `\%c`))
	around("html-decimal", "page.html", "<p>", "</p>\n", htmlAll("&#%d;"))
	around("html-hex", "page.html", "<p>", "</p>\n", htmlAll("&#x%x;"))
	around("html-hex-upper", "page.html", "<p>", "</p>\n", htmlAll("&#X%X;"))
	around("html-named", "page.html", "<p>", "</p>\n", htmlSome())

	// Encoded once more.
	std, url := base64Layer(base64.StdEncoding), base64Layer(base64.RawURLEncoding)
	around("base64", "secret.yaml", "data:\n  MOMENTO_API_KEY: ", "\n", std)
	around("base64-json", "secret.json", "{\"data\":{\"k\":\"", "\"}}\n", std)
	around("base64-url", "cookie.txt", "session=", "; path=/\n", url)
	around("base64-data-url", "page.html", "<a href=\"data:text/plain;base64,", "\">\n", std)
	around("base64-twice", "export.yaml", "value: ", "\n", std, std)
	around("base64-percent", "form.txt", "v=", "&x\n", std, percentNeeded())
	around("base64-escaped-equals", "data.json", "{\"v\":\"", "\"}\n", std, escapeSome("=", `\u%04x`))
	around("base64-split", "Key.java", "String k = \"", "\";\n", std, cut("split", 60, 60, "\" +\n  \""))
	around("base64-twice-split", "Key.java", "String k = \"", "\";\n", std, std, cut("split", 60, 60, "\" +\n  \""))
	around("base64-quoted-printable", "mail.eml", "k:\n", "\nbye\n", std, quotedPrintable("\r\n"))
	for offset := range 3 {
		name := strings.Repeat("K", offset+1)
		doc := func(t token) text { return t.in().between("A=1\nX"+name+"=", "\nZ=2\n") }
		add(fmt.Sprintf("base64-env-%d", offset), "secret.yaml", func(t token) text {
			return doc(t).under(std).between("data:\n  .env: ", "\n")
		})
		add(fmt.Sprintf("base64-env-twice-%d", offset), "secret.yaml", func(t token) text {
			return doc(t).under(std).under(std).between("value: ", "\n")
		})
		add(fmt.Sprintf("base64-twice-env-%d", offset), "secret.yaml", func(t token) text {
			return t.in().under(std).between("A=1\nX"+name+"=", "\nZ=2\n").under(std).between("value: ", "\n")
		})
		add(fmt.Sprintf("base64-env-wrapped-%d", offset), "mail.eml", func(t token) text {
			return doc(t).under(std).under(cut("wrapped", 76, 76, "\r\n")).between("Content-Transfer-Encoding: base64\r\n\r\n", "\r\n")
		})
		add(fmt.Sprintf("base64-env-block-%d", offset), "secret.yaml", func(t token) text {
			return doc(t).under(std).under(cut("wrapped", 64, 64, "\n    ")).between("data:\n  .env: |\n    ", "\nkind: Secret\n")
		})
		add(fmt.Sprintf("utf16-base64-env-%d", offset), "run.ps1", func(t token) text {
			return t.in().between("$"+name+"='", "'").under(wideLayer(false)).under(std).between("powershell -EncodedCommand ", "\n")
		})
	}
	for _, width := range []int{60, 64, 72, 76, 80, 100, 120} {
		around(fmt.Sprintf("base64-wrapped-%d", width), "key.b64", "", "\n", std, cut("wrapped", width, width, "\n"))
	}
	around("hex", "key.hex", "key=", "\n", hexLayer("", false))
	around("hex-upper", "key.hex", "0x", "\n", hexLayer("", true))
	around("hex-spaces", "dump.txt", "key: ", "\n", hexLayer(" ", false))
	around("hex-colons", "dump.txt", "key: ", "\n", hexLayer(":", true))
	around("hex-dashes", "dump.txt", "key: ", "\n", hexLayer("-", true))
	around("hex-wrapped", "dump.txt", "", "\n", hexLayer("", false), cut("", 60, 60, "\n"))
	around("hex-of-base64", "dump.sql", "'\\x", "'\n", std, hexLayer("", false))
	around("hex-of-base64-upper", "dump.sql", "x'", "'\n", std, hexLayer("", true))
	around("base64-of-hex", "v.yaml", "v: ", "\n", hexLayer("", false), std)
	around("buffer", "data.json", "{\"type\":\"Buffer\",\"data\":[", "]}\n", decimalLayer(","))
	around("buffer-spaces", "data.py", "bytes([", "])\n", decimalLayer(", "))

	// In UTF-16 as a whole or in between.
	wide := func(name string, bigEndian bool, before, after string) {
		add(name, "settings.reg", func(t token) text {
			return t.in().between("[cache]\r\nkey=", "\r\nttl=1\r\n").under(wideLayer(bigEndian)).between(before, after)
		})
	}
	wide("utf16le-bom", false, "\xff\xfe", "")
	wide("utf16be-bom", true, "\xfe\xff", "")
	wide("utf16le", false, "", "")
	wide("utf16be", true, "", "")
	add("utf16le-in-binary", "app.dll", func(t token) text {
		return t.in().under(wideLayer(false)).between("MZ\x90\x00\x03\x00\x00\x00\x05\x01", "\x00\x00\xff\xff\x01")
	})
	add("utf16-base64", "secret.yaml", func(t token) text {
		return t.in().under(std).between("data:\r\n  key: ", "\r\n").under(wideLayer(false)).between("\xff\xfe", "")
	})
	add("utf16-base64-no-bom", "secret.yaml", func(t token) text {
		return t.in().under(std).between("data:\r\n  key: ", "\r\n").under(wideLayer(false))
	})
	add("utf16-base64-twice", "secret.yaml", func(t token) text {
		return t.in().under(std).under(std).between("data:\r\n  key: ", "\r\n").under(wideLayer(false)).between("\xff\xfe", "")
	})

	// Mail.
	around("quoted-printable", "mail.eml", "Hello,\r\n\r\nmy key: ", "\r\n\r\nBye\r\n", quotedPrintable("\r\n"))
	add("quoted-printable-document", "mail.eml", func(t token) text {
		return t.in().between("Hello,\n\nthe key=", "\n\nBye\n").under(quotedPrintable("\n"))
	})
	return all
}

// documentShapes are the shapes for whole documents.
func documentShapes() []documentShape {
	std := base64Layer(base64.StdEncoding)
	same := func(t text) text { return t }
	all := []documentShape{
		{"document", "", same},
		{"document-crlf", "", func(t text) text {
			return t.under(each("", func(c byte) string {
				if c == '\n' {
					return "\r\n"
				}
				return string(c)
			}))
		}},
		{"document-in-yaml", "secret.yaml", func(t text) text {
			return t.under(each("", func(c byte) string {
				if c == '\n' {
					return "\n    "
				}
				return string(c)
			})).between("stringData:\n  file: |\n    ", "\nkind: Secret\n")
		}},
		{"document-base64", "secret.yaml", func(t text) text { return t.under(std).between("data:\n  file: ", "\n") }},
		{"document-base64-twice", "secret.yaml", func(t text) text { return t.under(std).under(std).between("value: ", "\n") }},
		{"document-base64-wrapped", "secret.yaml", func(t text) text {
			return t.under(std).under(cut("wrapped", 76, 76, "\n    ")).between("data:\n  file: |\n    ", "\nkind: Secret\n")
		}},
		{"document-in-json", "state.json", func(t text) text { return t.under(quoted()).between("{\"value\": \"", "\"}\n") }},
		{"document-in-json-twice", "state.json", func(t text) text {
			return t.under(quoted()).between("{\"value\": \"", "\"}").under(quoted()).between("{\"body\": \"", "\"}\n")
		}},
		{"document-percent", "form.txt", func(t text) text { return t.under(percentAllBut()).between("body=", "&x=1\n") }},
		{"document-hex", "dump.sql", func(t text) text { return t.under(hexLayer("", false)).between("'\\x", "'\n") }},
		{"document-utf16le-bom", "", func(t text) text { return t.under(wideLayer(false)).between("\xff\xfe", "") }},
		{"document-utf16be-bom", "", func(t text) text { return t.under(wideLayer(true)).between("\xfe\xff", "") }},
		{"document-utf16le", "", func(t text) text { return t.under(wideLayer(false)) }},
	}
	return all
}

// percentAllBut escapes as a form does, blanks as plus signs.
func percentAllBut() layer {
	return each("percent", func(c byte) string {
		if isToken(c) {
			return string(c)
		}
		if c == ' ' {
			return "+"
		}
		return fmt.Sprintf("%%%02X", c)
	})
}
