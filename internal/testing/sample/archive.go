package sample

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf16"
)

// packed is the time of modification of everything in the archives.
var packed = time.Date(2024, 11, 3, 4, 5, 6, 0, time.UTC)

// zipFiles packs files into a zip archive, deflated.
func zipFiles(files []File) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		member, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: packed})
		if err != nil {
			return nil, fmt.Errorf("adding %s: %w", f.Name, err)
		}
		if _, err := member.Write(f.Content); err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("closing the zip archive: %w", err)
	}
	return out.Bytes(), nil
}

// tarGzipFiles packs files into a tar archive, compressed by gzip.
func tarGzipFiles(files []File) ([]byte, error) {
	var out bytes.Buffer
	compressor := gzip.NewWriter(&out)
	compressor.ModTime = packed
	w := tar.NewWriter(compressor)
	for _, f := range files {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Content)), Mode: 0o600,
			ModTime: packed, Uname: "deploy", Gname: "deploy", Uid: 1001, Gid: 1001, Format: tar.FormatUSTAR,
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("adding %s: %w", f.Name, err)
		}
		if _, err := w.Write(f.Content); err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("closing the tar archive: %w", err)
	}
	if err := compressor.Close(); err != nil {
		return nil, fmt.Errorf("closing the gzip stream: %w", err)
	}
	return out.Bytes(), nil
}

// utf16LE is text in UTF-16, little-endian with a byte-order mark: what
// Windows tools export.
func utf16LE(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}
