package report

import (
	"github.com/momentolint/momentolint/internal/redact"
)

// palette colours text, or not.
type palette struct{ on bool }

// style colours a text.
type style func(redact.Text) redact.Text

func (p palette) bold(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("1", t)
}

func (p palette) dim(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("2", t)
}

func (p palette) red(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("31", t)
}

func (p palette) alarm(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("1;31", t)
}

func (p palette) yellow(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("33", t)
}

func (p palette) green(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("32", t)
}

func (p palette) cyan(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("36", t)
}
