// Package inflate unpacks zlib streams that lie in memory as a whole, into
// memory whose size is known: the case of every object in a git pack.
//
// General readers (compress/flate, klauspost/compress) work through a window
// that the output is copied from, a byte at a time on the input side, and set
// up anew for every stream. With neither, this one takes about 0.45 of the
// CPU time of klauspost/compress over the 489 MB of streams in a pack of
// moby/moby, where inflating is three quarters of all work. The fuzz test
// holds it against that library.
//
// The format is that of RFC 1950 and RFC 1951. The tables follow the scheme
// that zlib and libdeflate made common: the next bits index a table whose
// entry tells the symbol and how many bits it took; codes longer than the
// index continue in a second table.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
	"math/bits"
)

// The ways in which a stream can be broken.
var (
	ErrFormat    = errors.New("the zlib stream is malformed")
	ErrTruncated = errors.New("the zlib stream is cut off")
	ErrSize      = errors.New("the zlib stream does not have the expected size")
	ErrChecksum  = errors.New("the zlib stream's checksum does not match")
)

// Slack is how much larger than its length dst's capacity should be: then all
// of a stream is unpacked by the fast loop, otherwise its end is not. Bytes
// between length and capacity may be written to.
const Slack = maxMatch + 16

// Ahead is how many bytes should follow the stream in src, whatever they are,
// for the fast loop to reach its end.
const Ahead = 16

const (
	maxMatch = 258

	litBits  = 11
	distBits = 8
	preBits  = 7
	// The tables' sizes are powers of two, so that an index needs no check.
	// At most 2342 and 402 entries are used for codes of 15 bits.
	litSize  = 4096
	distSize = 1024
)

// An entry of a table: in the low byte how many bits to take, extra bits
// included; from bit 8 on, four bits of how many of those are the code; flags;
// and from bit 16 on the literal, the base of the length or distance, or where
// the second table starts.
const (
	literal = 1 << 15
	special = 1 << 14 // any of the following
	second  = 1 << 13
	end     = 1 << 12 // of the block
	// An entry that is special alone stands for no symbol.
)

// Decoder holds the tables. It may be used for any number of streams, by one
// goroutine.
type Decoder struct {
	lit   [litSize]uint32
	dist  [distSize]uint32
	pre   [1 << preBits]uint32
	lens  [320]uint8
	order [288]uint16
	// How many bits index the tables.
	litBits, distBits uint
	// fixed means that the tables are those of the fixed codes.
	fixed bool
}

// Zlib unpacks the stream at the beginning of src into dst, which it has to
// fill exactly, and returns the stream's length. Without check the checksum at
// its end is not compared.
func (d *Decoder) Zlib(dst, src []byte, check bool) (int, error) {
	if len(src) < 6 {
		return 0, ErrTruncated
	}
	if src[0]&15 != 8 || src[0]>>4 > 7 || src[1]&0x20 != 0 || binary.BigEndian.Uint16(src)%31 != 0 {
		return 0, ErrFormat
	}
	n, err := d.flate(dst, src[2:])
	if err != nil {
		return 0, err
	}
	n += 2
	if len(src)-n < 4 {
		return 0, ErrTruncated
	}
	if check && binary.BigEndian.Uint32(src[n:]) != adler32.Checksum(dst) {
		return 0, ErrChecksum
	}
	return n + 4, nil
}

// reader is the input: hold has at least count bits; those above may be set
// already, to what they will be.
type reader struct {
	src   []byte
	pos   int
	hold  uint64
	count uint
}

// fill takes bytes until there are 56 bits or the input ends.
func (r *reader) fill() {
	for r.count < 56 && r.pos < len(r.src) {
		// Bits above count are cleared first: they may be left from a look ahead.
		r.hold = r.hold&(1<<r.count-1) | uint64(r.src[r.pos])<<r.count
		r.pos++
		r.count += 8
	}
}

// take returns n bits, at most 32. ok is false at the end of the input.
func (r *reader) take(n uint) (v uint32, ok bool) {
	if r.count < n {
		if r.fill(); r.count < n {
			return 0, false
		}
	}
	v = uint32(r.hold & (1<<n - 1))
	r.hold >>= n
	r.count -= n
	return v, true
}

// flate unpacks a raw stream and returns its length.
func (d *Decoder) flate(dst, src []byte) (int, error) {
	r := reader{src: src}
	out := 0
	for last := false; !last; {
		head, ok := r.take(3)
		if !ok {
			return 0, ErrTruncated
		}
		last = head&1 != 0
		var err error
		switch head >> 1 {
		case 0:
			out, err = stored(&r, dst, out)
		case 1:
			d.useFixed()
			out, err = d.block(&r, dst, out)
		case 2:
			if err = d.readCodes(&r); err == nil {
				out, err = d.block(&r, dst, out)
			}
		default:
			err = ErrFormat
		}
		if err != nil {
			return 0, err
		}
	}
	if out != len(dst) {
		return 0, ErrSize
	}
	return r.pos - int(r.count/8), nil
}

// stored copies a block that is not compressed.
func stored(r *reader, dst []byte, out int) (int, error) {
	// Go back to the first byte not begun.
	r.pos -= int(r.count / 8)
	r.hold, r.count = 0, 0
	if len(r.src)-r.pos < 4 {
		return 0, ErrTruncated
	}
	n := int(binary.LittleEndian.Uint16(r.src[r.pos:]))
	if ^uint16(n) != binary.LittleEndian.Uint16(r.src[r.pos+2:]) {
		return 0, ErrFormat
	}
	r.pos += 4
	if len(r.src)-r.pos < n {
		return 0, ErrTruncated
	}
	if len(dst)-out < n {
		return 0, ErrSize
	}
	copy(dst[out:], r.src[r.pos:r.pos+n])
	r.pos += n
	return out + n, nil
}

// block unpacks the symbols of a compressed block.
func (d *Decoder) block(r *reader, dst []byte, out int) (int, error) {
	out, done, err := d.fast(r, dst, out)
	if done || err != nil {
		return out, err
	}
	return d.careful(r, dst, out)
}

// fast unpacks symbols as long as neither input nor room can run out within
// one round; done tells that it came to the block's end.
func (d *Decoder) fast(r *reader, dst []byte, out int) (n int, done bool, err error) {
	src, pos, hold, count := r.src, r.pos, r.hold, r.count
	lit, dist := &d.lit, &d.dist
	litMask, distMask := uint64(1)<<d.litBits-1, uint64(1)<<d.distBits-1
	room := dst[:cap(dst)]
	// A round reads 8 bytes ahead twice, and writes two literals, a match and
	// up to 7 bytes more without looking. Beyond dst it would write into the
	// slack; that the size is wrong is noticed afterwards.
	lastIn, lastOut := len(src)-Ahead, min(len(room)-Slack, len(dst))
	for pos <= lastIn && out <= lastOut {
		// Now 56 bits or more. Those above count are what follows already.
		hold |= binary.LittleEndian.Uint64(src[pos:]) << (count & 63)
		pos += int((63 - count) >> 3)
		count |= 56
		e := lit[hold&litMask&(litSize-1)]
		// Literals come in runs. Three of the first table take 33 bits.
		if e&literal != 0 {
			hold >>= e & 63
			count -= uint(e & 63)
			room[out] = byte(e >> 16)
			e = lit[hold&litMask&(litSize-1)]
			if e&literal == 0 {
				out++
			} else {
				hold >>= e & 63
				count -= uint(e & 63)
				room[out+1] = byte(e >> 16)
				e = lit[hold&litMask&(litSize-1)]
				if e&literal != 0 {
					hold >>= e & 63
					count -= uint(e & 63)
					room[out+2] = byte(e >> 16)
					out += 3
					continue
				}
				out += 2
			}
			// A length and a distance take up to 48 bits.
			hold |= binary.LittleEndian.Uint64(src[pos:]) << (count & 63)
			pos += int((63 - count) >> 3)
			count |= 56
		}
		if e&special != 0 {
			if e&second != 0 {
				hold >>= e & 63
				count -= uint(e & 63)
				e = lit[(uint64(e>>16)+hold&(1<<(e>>8&15)-1))&(litSize-1)]
				if e&literal != 0 {
					hold >>= e & 63
					count -= uint(e & 63)
					room[out] = byte(e >> 16)
					out++
					continue
				}
			}
			if e&special != 0 {
				if e&end == 0 {
					return 0, false, ErrFormat
				}
				r.pos, r.hold, r.count = pos, hold>>(e&63), count-uint(e&63)
				return out, true, nil
			}
		}
		length := int(e>>16) + int(hold&(1<<(e&63)-1)>>(e>>8&15))
		hold >>= e & 63
		count -= uint(e & 63)

		e = dist[hold&distMask&(distSize-1)]
		if e&special != 0 {
			if e&second == 0 {
				return 0, false, ErrFormat
			}
			hold >>= e & 63
			count -= uint(e & 63)
			e = dist[(uint64(e>>16)+hold&(1<<(e>>8&15)-1))&(distSize-1)]
			if e&special != 0 {
				return 0, false, ErrFormat
			}
		}
		distance := int(e>>16) + int(hold&(1<<(e&63)-1)>>(e>>8&15))
		hold >>= e & 63
		count -= uint(e & 63)
		if distance > out {
			return 0, false, ErrFormat
		}
		if distance >= 8 {
			// Eight bytes at a time; what is written too much is overwritten later.
			from, to := room[out-distance:], room[out:]
			for i := 0; i < length; i += 8 {
				binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
			}
		} else {
			repeat(room[out-distance:out+length], distance)
		}
		out += length
	}
	r.pos, r.hold, r.count = pos, hold&(1<<count-1), count
	if out > len(dst) {
		return 0, false, ErrSize
	}
	return out, false, nil
}

// careful unpacks the rest of a block, looking at every step.
func (d *Decoder) careful(r *reader, dst []byte, out int) (int, error) {
	for {
		e, ok := r.symbol(d.lit[:], d.litBits)
		switch {
		case !ok:
			return 0, ErrTruncated
		case e&literal != 0:
			if out == len(dst) {
				return 0, ErrSize
			}
			dst[out] = byte(e >> 16)
			out++
			continue
		case e&end != 0:
			return out, nil
		case e&special != 0:
			return 0, ErrFormat
		}
		length, ok := r.value(e)
		if !ok {
			return 0, ErrTruncated
		}
		e, ok = r.symbol(d.dist[:], d.distBits)
		if !ok {
			return 0, ErrTruncated
		}
		if e&special != 0 {
			return 0, ErrFormat
		}
		distance, ok := r.value(e)
		switch {
		case !ok:
			return 0, ErrTruncated
		case distance > out:
			return 0, ErrFormat
		case length > len(dst)-out:
			return 0, ErrSize
		}
		repeat(dst[out-distance:out+length], distance)
		out += length
	}
}

// symbol takes the next code and returns its entry. The extra bits stay.
func (r *reader) symbol(table []uint32, width uint) (e uint32, ok bool) {
	r.fill()
	hold, count := r.hold&(1<<r.count-1), r.count
	e = table[hold&(1<<width-1)]
	used := uint(0)
	if e&second != 0 {
		used = uint(e & 63)
		e = table[uint64(e>>16)+hold>>used&(1<<(e>>8&15)-1)]
	}
	if used += uint(e >> 8 & 15); used > count {
		return 0, false
	}
	r.hold, r.count = hold>>used, count-used
	return e, true
}

// value takes the extra bits of a length or distance.
func (r *reader) value(e uint32) (int, bool) {
	extra, ok := r.take(uint(e&63) - uint(e>>8&15))
	return int(e>>16) + int(extra), ok
}

// repeat fills b from its distance-th byte on with what precedes.
func repeat(b []byte, distance int) {
	if distance == 1 {
		c := b[0]
		for i := range b {
			b[i] = c
		}
		return
	}
	for n := distance; n < len(b); {
		// Every copy doubles what can be copied in one go.
		n += copy(b[n:], b[:n])
	}
}

// useFixed makes the tables of the fixed codes.
func (d *Decoder) useFixed() {
	if d.fixed {
		return
	}
	lens := d.lens[:288+32]
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		case i < 288:
			lens[i] = 8
		default:
			lens[i] = 5
		}
	}
	d.litBits, _ = d.build(d.lit[:], lens[:288], litSymbols[:], litBits)
	d.distBits, _ = d.build(d.dist[:], lens[288:], distSymbols[:], distBits)
	d.fixed = true
}

// readCodes reads the codes of a block that brings its own.
func (d *Decoder) readCodes(r *reader) error {
	d.fixed = false
	head, ok := r.take(14)
	if !ok {
		return ErrTruncated
	}
	lits, dists, pres := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if lits > 286 || dists > 30 {
		return ErrFormat
	}
	var pre [19]uint8
	for i := range pres {
		v, ok := r.take(3)
		if !ok {
			return ErrTruncated
		}
		pre[preOrder[i]] = uint8(v)
	}
	width, ok := d.build(d.pre[:], pre[:], preSymbols[:], preBits)
	if !ok {
		return ErrFormat
	}
	lens := d.lens[:lits+dists]
	for i := 0; i < len(lens); {
		r.fill()
		e := d.pre[r.hold&(1<<width-1)]
		n := uint(e & 63)
		if e&special != 0 {
			return ErrFormat
		}
		if n > r.count {
			return ErrTruncated
		}
		r.hold >>= n
		r.count -= n
		symbol := e >> 16
		if symbol < 16 {
			lens[i] = uint8(symbol)
			i++
			continue
		}
		var value uint8
		var more uint32
		var times int
		switch symbol {
		case 16:
			if i == 0 {
				return ErrFormat
			}
			value = lens[i-1]
			more, ok = r.take(2)
			times = 3
		case 17:
			more, ok = r.take(3)
			times = 3
		default:
			more, ok = r.take(7)
			times = 11
		}
		if !ok {
			return ErrTruncated
		}
		times += int(more)
		if times > len(lens)-i {
			return ErrFormat
		}
		for ; times > 0; times-- {
			lens[i] = value
			i++
		}
	}
	if d.litBits, ok = d.build(d.lit[:], lens[:lits], litSymbols[:], litBits); !ok {
		return ErrFormat
	}
	if d.distBits, ok = d.build(d.dist[:], lens[lits:], distSymbols[:], distBits); !ok {
		return ErrFormat
	}
	return nil
}

// build fills a table for the code of which the lengths are given, and returns
// how many bits index it: width at most. ok is false for lengths that make no
// code. As in zlib a code may be incomplete only if it has no symbol, or one of
// length 1.
func (d *Decoder) build(table []uint32, lens []uint8, symbols []uint32, width uint) (used uint, ok bool) {
	var count [16]int
	for _, l := range lens {
		count[l&15]++
	}
	longest := uint(15)
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	if longest == 0 {
		table[0], table[1] = entry(special, 1), entry(special, 1)
		return 1, true
	}
	width = min(width, longest)
	// The symbols in the order of their codes, and how much of the space of
	// codes they take.
	var start [17]int
	space := 0
	for l := uint(1); l <= longest; l++ {
		start[l+1] = start[l] + count[l]
		space = space<<1 + count[l]
	}
	order := &d.order
	for s, l := range lens {
		if l != 0 {
			order[start[l&15]] = uint16(s)
			start[l&15]++
		}
	}
	if space != 1<<longest {
		if longest == 1 && space == 1 {
			table[0], table[1] = entry(symbols[order[0]], 1), entry(special, 1)
			return 1, true
		}
		return 0, false
	}
	// Codes are counted up with their first bit lowest, as they come in the
	// stream. Codes shorter than the index fill the part of the table that has
	// as many bits as they; it is doubled whenever the length grows.
	next, code := 0, 0
	length := uint(1)
	for count[length] == 0 {
		length++
	}
	filled := 1 << min(length, width)
	for length <= width {
		for ; count[length] > 0; count[length]-- {
			table[code] = entry(symbols[order[next]], length)
			next++
			if code == filled-1 {
				for ; length < width; length++ {
					copy(table[filled:], table[:filled])
					filled *= 2
				}
				return width, true
			}
			bit := 1 << (bits.Len(uint(code^(filled-1))) - 1)
			code = code&(bit-1) | bit
		}
		for ok := true; ok; ok = count[length] == 0 {
			length++
			if length <= width {
				copy(table[filled:], table[:filled])
				filled *= 2
			}
		}
	}
	// Longer codes share a second table with all that begin alike.
	mask := 1<<width - 1
	filled = 1 << width
	prefix, first := -1, 0
	for {
		if code&mask != prefix {
			prefix = code & mask
			first = filled
			extra := length - width
			for space := count[length]; space < 1<<extra; {
				extra++
				space = space<<1 + count[width+extra]
			}
			filled += 1 << extra
			if filled > len(table) {
				return 0, false
			}
			table[prefix] = uint32(first)<<16 | special | second | uint32(extra)<<8 | uint32(width)
		}
		e := entry(symbols[order[next]], length-width)
		next++
		for i := first + code>>width; i < filled; i += 1 << (length - width) {
			table[i] = e
		}
		if code == 1<<length-1 {
			return width, true
		}
		bit := 1 << (bits.Len(uint(code^(1<<length-1))) - 1)
		code = code&(bit-1) | bit
		count[length]--
		for count[length] == 0 {
			length++
		}
	}
}

// entry adds a code's length to what a symbol means.
func entry(symbol uint32, length uint) uint32 { return symbol + uint32(length)*0x101 }

// What the symbols mean: entries without the length of a code.
var (
	litSymbols  = makeLitSymbols()
	distSymbols = makeDistSymbols()
	preSymbols  = makePreSymbols()
	preOrder    = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

func makeLitSymbols() (s [288]uint32) {
	for i := range 256 {
		s[i] = literal | uint32(i)<<16
	}
	s[256] = special | end
	base := uint32(3)
	for i := range 28 {
		extra := uint32(max(i/4-1, 0))
		s[257+i] = base<<16 | extra
		base += 1 << extra
	}
	s[285] = maxMatch << 16
	s[286], s[287] = special, special
	return s
}

func makeDistSymbols() (s [32]uint32) {
	base := uint32(1)
	for i := range 30 {
		extra := uint32(max(i/2-1, 0))
		s[i] = base<<16 | extra
		base += 1 << extra
	}
	s[30], s[31] = special, special
	return s
}

func makePreSymbols() (s [19]uint32) {
	for i := range s {
		s[i] = uint32(i) << 16
	}
	return s
}
