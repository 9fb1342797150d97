package odb

// A delta describes an object as pieces of another object, its base, and
// literal bytes between them: two sizes, then instructions (gitformat-pack,
// "Deltified representation").

// varint reads a little-endian base-128 number, as sizes in deltas are
// written. ok is false when it is cut off or does not fit 63 bits.
func varint(b []byte) (v uint64, n int, ok bool) {
	var shift uint
	for i, c := range b {
		if shift > 56 {
			return 0, 0, false
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v, i + 1, true
		}
		shift += 7
	}
	return 0, 0, false
}

// deltaSizes reads the sizes of a delta's base and result.
func deltaSizes(delta []byte) (base, result uint64, n int, err error) {
	base, n, ok := varint(delta)
	if !ok {
		return 0, 0, 0, errDelta
	}
	result, m, ok := varint(delta[n:])
	if !ok {
		return 0, 0, 0, errDelta
	}
	return base, result, n + m, nil
}

// span is a piece [from, to) of an object.
type span struct{ from, to int }

// applyDelta writes the delta's result over dst, which has exactly the
// result's size; ops are the instructions after the sizes. If seams is not
// nil it receives the pieces that were copied from the base in one go.
func applyDelta(dst, base, ops []byte, seams *[]span) error {
	out := dst
	for len(ops) > 0 {
		op := ops[0]
		ops = ops[1:]
		if op&0x80 == 0 {
			n := int(op)
			// 0 is reserved.
			if n == 0 || n > len(ops) || n > len(out) {
				return errDelta
			}
			copy(out, ops[:n])
			out, ops = out[n:], ops[n:]
			continue
		}
		var args [7]byte
		n := 0
		for i := range args {
			if op>>i&1 != 0 {
				if n >= len(ops) {
					return errDelta
				}
				args[i] = ops[n]
				n++
			}
		}
		ops = ops[n:]
		from := uint64(args[0]) | uint64(args[1])<<8 | uint64(args[2])<<16 | uint64(args[3])<<24
		size := uint64(args[4]) | uint64(args[5])<<8 | uint64(args[6])<<16
		if size == 0 {
			size = 0x10000
		}
		if from+size > uint64(len(base)) || size > uint64(len(out)) {
			return errDelta
		}
		copy(out, base[from:from+size])
		if seams != nil {
			at := len(dst) - len(out)
			*seams = append(*seams, span{at, at + int(size)})
		}
		out = out[size:]
	}
	if len(out) != 0 {
		return errDelta
	}
	return nil
}
