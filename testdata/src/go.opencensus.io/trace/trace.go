// Package trace stands for OpenCensus' package of that name.
package trace

type Attribute struct {
	key   string
	value interface{}
}

func BoolAttribute(key string, value bool) Attribute     { return Attribute{key: key} }
func Int64Attribute(key string, value int64) Attribute   { return Attribute{key: key} }
func StringAttribute(key string, value string) Attribute { return Attribute{key: key} }

type Status struct {
	Code    int32
	Message string
}

type Span struct{}

func (s *Span) SetName(name string)                                               {}
func (s *Span) SetStatus(status Status)                                           {}
func (s *Span) AddAttributes(attributes ...Attribute)                             {}
func (s *Span) Annotate(attributes []Attribute, str string)                       {}
func (s *Span) Annotatef(attributes []Attribute, format string, a ...interface{}) {}
