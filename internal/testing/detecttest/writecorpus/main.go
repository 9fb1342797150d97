// Command writecorpus writes the corpus of the detector's tests into a directory,
// for other scanners to be run on it:
//
//	go run ./internal/testing/detecttest/writecorpus DIR
//
// Below "leaks" there is a directory for every case, below "archives" one for every
// container, below "decoys" one for every text in which nothing is to be found.
// "corpus.json" lists them. The same texts are written every time; every
// credential in them is synthetic.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/momentolint/momentolint/internal/testing/detecttest"
)

// entry is one line of corpus.json.
type entry struct {
	// File is the file to be looked at, from the directory.
	File string `json:"file"`
	// Rules are those of the findings in it, in order; none for a decoy.
	Rules []string `json:"rules"`
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: writecorpus DIR")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func write(dir string) error {
	var list []entry
	add := func(file string, content []byte, rules []string) error {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("making a directory: %w", err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return fmt.Errorf("writing a case: %w", err)
		}
		list = append(list, entry{file, rules})
		return nil
	}
	for _, c := range detecttest.Corpus() {
		rules := []string{}
		for _, w := range c.Want {
			rules = append(rules, w.Rule())
		}
		if err := add("leaks/"+c.Name+"/"+c.File, c.Content, rules); err != nil {
			return err
		}
	}
	first := detecttest.Corpus()[0]
	archives, err := archives(first.File, first.Content)
	if err != nil {
		return err
	}
	for _, a := range archives {
		if err := add("archives/"+a.name+"/"+a.name, a.content, []string{first.Want[0].Rule()}); err != nil {
			return err
		}
	}
	for _, d := range detecttest.Decoys() {
		if err := add("decoys/"+d.Name+"/"+d.File, d.Content, []string{}); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return fmt.Errorf("listing the cases: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "corpus.json"), append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("listing the cases: %w", err)
	}
	return nil
}

// archive is a container with one leak in it.
type archive struct {
	name    string
	content []byte
}

// archives puts one file into every container, and some into one another.
func archives(name string, content []byte) ([]archive, error) {
	var failed error
	pack := func(write func(io.Writer) error) []byte {
		var buf bytes.Buffer
		if err := write(&buf); err != nil && failed == nil {
			failed = fmt.Errorf("packing: %w", err)
		}
		return buf.Bytes()
	}
	inZip := func(name string, content []byte) []byte {
		return pack(func(w io.Writer) error {
			z := zip.NewWriter(w)
			f, err := z.Create(name)
			if err != nil {
				return err
			}
			if _, err := f.Write(content); err != nil {
				return err
			}
			return z.Close()
		})
	}
	inTar := func(name string, content []byte) []byte {
		return pack(func(w io.Writer) error {
			t := tar.NewWriter(w)
			if err := t.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}); err != nil {
				return err
			}
			if _, err := t.Write(content); err != nil {
				return err
			}
			return t.Close()
		})
	}
	through := func(open func(io.Writer) (io.WriteCloser, error)) func([]byte) []byte {
		return func(content []byte) []byte {
			return pack(func(w io.Writer) error {
				c, err := open(w)
				if err != nil {
					return err
				}
				if _, err := c.Write(content); err != nil {
					return err
				}
				return c.Close()
			})
		}
	}
	inGzip := through(func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	inXZ := through(func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	inZstd := through(func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	layer := inTar("app/"+name, content)
	list := []archive{
		{"plain.zip", inZip(name, content)},
		{"app.jar", inZip("BOOT-INF/classes/"+name, content)},
		{"app.apk", inZip("assets/"+name, content)},
		{"lib.whl", inZip("lib/"+name, content)},
		{"letter.docx", inZip("word/document.xml", content)},
		{"plain.tar", layer},
		{"plain.tar.gz", inGzip(layer)},
		{"plain.tar.xz", inXZ(layer)},
		{"plain.tar.zst", inZstd(layer)},
		{"dump.sql.gz", inGzip(content)},
		{"image.tar", inTar("blobs/sha256/layer.tar", layer)},
		{"image-gz.tar", inTar("blobs/sha256/layer", inGzip(layer))},
		{"upload.zip", inZip("image.tar.gz", inGzip(inTar("layer.tar", layer)))},
	}
	return list, failed
}
