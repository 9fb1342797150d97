package detect

import (
	"iter"
	"slices"
)

// The names of the layers in Match.Encoding, outermost first.
const (
	// LayerUTF16LE and LayerUTF16BE: two bytes for each character.
	LayerUTF16LE = "utf-16le"
	LayerUTF16BE = "utf-16be"
	// LayerBase64 and LayerHex: encoded once more than the kind itself is.
	LayerBase64 = "base64"
	LayerHex    = "hex"
	// LayerGzip: compressed. What is in there has no place of its own: the
	// finding's is the whole compressed text.
	LayerGzip = "gzip"
	// LayerDecimal: a list of byte values.
	LayerDecimal = "decimal"
	// LayerQuotedPrintable: =3D, and lines that end in =.
	LayerQuotedPrintable = "quoted-printable"
	// LayerHTML: character references such as &#61;.
	LayerHTML = "html"
	// LayerPercent: %3D.
	LayerPercent = "percent"
	// LayerEscape: \u003d, \x3d, \075 and their like.
	LayerEscape = "escape"
	// LayerWrapped: cut by line ends.
	LayerWrapped = "wrapped"
	// LayerSplit: cut into string literals that the program puts together.
	LayerSplit = "split"
)

// layer is one of the layers that reading takes off on its way.
type layer uint8

// The layers that reading takes off, in the order in which they are told where
// one text has several: outermost first.
const (
	layerSplit layer = iota
	layerWrapped
	layerQuotedPrintable
	layerHTML
	layerEscape
	layerPercent
	layerCount
)

var layerNames = [layerCount]string{
	layerSplit: LayerSplit, layerWrapped: LayerWrapped, layerQuotedPrintable: LayerQuotedPrintable,
	layerHTML: LayerHTML, layerEscape: LayerEscape, layerPercent: LayerPercent,
}

// mark is a place where reading took off a layer: of an escape where it
// begins, of a separator where the next piece does.
type mark struct {
	at    int // in the buffer
	layer layer
}

// separates reports whether the layer may consist of separators alone: then a
// mark at the very beginning of a text lies before it.
func (l layer) separates() bool { return l <= layerQuotedPrintable }

// view is a text in which credentials are looked for: the buffer itself, or
// what came of decoding a part of it.
type view struct {
	data []byte
	// lo and hi tell, for each byte of data, which bytes of the buffer it comes
	// from, relative to origin; nil for the buffer itself.
	lo, hi []int32
	origin int
	// parent is the view that this one was decoded from, name the layer taken
	// off, marks what reading took off before, in the order of their places.
	parent *view
	name   string
	marks  []mark
	depth  int
	// cut reports that the text goes on after data.
	cut bool
}

// span returns the place in the buffer of data[i:j], i < j.
func (v *view) span(i, j int) (lo, hi int) {
	if v.lo == nil {
		return i, j
	}
	return v.origin + int(v.lo[i]), v.origin + int(v.hi[j-1])
}

// place returns the part of data that the bytes lo to hi of the buffer come from
// or lie in; it is empty if there is none.
func (v *view) place(lo, hi int) (first, last int) {
	if v.lo == nil {
		return lo, hi
	}
	first, _ = slices.BinarySearch(v.hi, int32(lo-v.origin+1))
	last, _ = slices.BinarySearch(v.lo, int32(hi-v.origin))
	return first, max(first, last)
}

// surroundings yields the view and those that it was decoded from, innermost
// first, each with the place that holds data[lo:hi]: what names a credential may
// be outside of the encoding, as in a Kubernetes Secret.
func (v *view) surroundings(lo, hi int) iter.Seq2[[]byte, [2]int] {
	return func(yield func([]byte, [2]int) bool) {
		if !yield(v.data, [2]int{lo, hi}) || v.parent == nil || lo >= hi {
			return
		}
		from, to := v.span(lo, hi)
		for w := v.parent; w != nil; w = w.parent {
			first, last := w.place(from, to)
			if !yield(w.data, [2]int{first, last}) {
				return
			}
		}
	}
}

// layers names what lies around the bytes lo to hi of the buffer in this view,
// outermost first, when marks were met reading it here.
func (v *view) layers(lo, hi int, marks []mark) []string {
	var names []string
	var chain []*view
	for w := v; w.parent != nil; w = w.parent {
		chain = append(chain, w)
	}
	slices.Reverse(chain)
	for _, w := range chain {
		names = appendLayers(names, lo, hi, w.marks)
		names = append(names, w.name)
	}
	return appendLayers(names, lo, hi, marks)
}

func appendLayers(names []string, lo, hi int, marks []mark) []string {
	var seen [layerCount]bool
	first, _ := slices.BinarySearchFunc(marks, lo, func(m mark, at int) int { return m.at - at })
	for _, m := range marks[first:] {
		if m.at >= hi {
			break
		}
		seen[m.layer] = seen[m.layer] || m.at > lo || !m.layer.separates()
	}
	for l, ok := range seen {
		if ok {
			names = append(names, layerNames[l])
		}
	}
	return names
}

// run is text as its author meant it: characters of a view without what stands
// between them.
type run struct {
	text []byte
	// at and to tell where each character begins and ends in the view.
	at, to []int32
	marks  []mark
}

func (r *run) reset() {
	r.text, r.at, r.to, r.marks = r.text[:0], r.at[:0], r.to[:0], r.marks[:0]
}

func (r *run) add(c byte, at, to int) {
	r.text = append(r.text, c)
	r.at = append(r.at, int32(at))
	r.to = append(r.to, int32(to))
}

// marked notes that a layer was taken off at the place i of v.
func (r *run) marked(v *view, i int, l layer) {
	lo, _ := v.span(i, i+1)
	r.marks = append(r.marks, mark{lo, l})
}

// span returns the place in the buffer of the characters i to j, i < j.
func (r *run) span(v *view, i, j int) (lo, hi int) {
	lo, _ = v.span(int(r.at[i]), int(r.at[i])+1)
	last := int(r.to[j-1])
	_, hi = v.span(last-1, last)
	return lo, hi
}
