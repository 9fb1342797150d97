package literal

// fits is what the shuffles compute, one position at a time.
func (t *halfTables) fits(b []byte) uint8 {
	m := uint8(0xff)
	for i := range t {
		m &= t[i][0][b[i]&15] & t[i][1][b[i]>>4]
	}
	return m
}

func (t *byteTables) fits(b []byte) uint8 {
	m := uint8(0xff)
	for i := range t {
		m &= t[i][b[i]&0x7f]
	}
	return m
}
