// Package sentry stands for the error tracker of that name.
package sentry

type EventID string

type Level string

type Context = map[string]interface{}

type Breadcrumb struct {
	Category string
	Message  string
	Data     map[string]interface{}
	Level    Level
}

type BreadcrumbHint map[string]interface{}

type Event struct {
	Message string
	Extra   map[string]interface{}
	Tags    map[string]string
	Release string
}

type Hub struct{}

func CurrentHub() *Hub { return &Hub{} }

func (hub *Hub) CaptureMessage(message string) *EventID                     { return nil }
func (hub *Hub) CaptureException(exception error) *EventID                  { return nil }
func (hub *Hub) CaptureEvent(event *Event) *EventID                         { return nil }
func (hub *Hub) AddBreadcrumb(breadcrumb *Breadcrumb, hint *BreadcrumbHint) {}
func (hub *Hub) ConfigureScope(f func(scope *Scope))                        {}

type Scope struct{}

func (scope *Scope) SetTag(key, value string)               {}
func (scope *Scope) SetTags(tags map[string]string)         {}
func (scope *Scope) SetExtra(key string, value interface{}) {}
func (scope *Scope) SetExtras(extra map[string]interface{}) {}
func (scope *Scope) SetContext(key string, value Context)   {}
func (scope *Scope) SetFingerprint(fingerprint []string)    {}

type Span struct{}

func (s *Span) SetTag(name, value string)              {}
func (s *Span) SetData(name string, value interface{}) {}

func CaptureMessage(message string) *EventID    { return nil }
func CaptureException(exception error) *EventID { return nil }
func CaptureEvent(event *Event) *EventID        { return nil }
func AddBreadcrumb(breadcrumb *Breadcrumb)      {}
func WithScope(f func(scope *Scope))            {}
