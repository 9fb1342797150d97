package momento

type CacheRole int64

const (
	ReadWrite CacheRole = iota
	ReadOnly
	WriteOnly
)

type CacheSelector interface {
	IsAllCaches() bool
	CacheName() string
}

type AllCaches struct{}

func (AllCaches) IsAllCaches() bool { return true }
func (AllCaches) CacheName() string { return "" }

type CacheName struct{ Name string }

func (CacheName) IsAllCaches() bool   { return false }
func (c CacheName) CacheName() string { return c.Name }

type CachePermission struct {
	Role  CacheRole
	Cache CacheSelector
}

func (CachePermission) IsPermission() {}

type TopicRole int64

const (
	PublishSubscribe TopicRole = iota
	SubscribeOnly
	PublishOnly
)

type TopicSelector interface {
	IsAllTopics() bool
	TopicName() string
}

type AllTopics struct{}

func (AllTopics) IsAllTopics() bool { return true }
func (AllTopics) TopicName() string { return "" }

type TopicName struct{ Name string }

func (TopicName) IsAllTopics() bool   { return false }
func (t TopicName) TopicName() string { return t.Name }

type TopicNamePrefix struct{ NamePrefix string }

func (TopicNamePrefix) IsAllTopics() bool   { return false }
func (t TopicNamePrefix) TopicName() string { return t.NamePrefix }

type TopicPermission struct {
	Role  TopicRole
	Cache CacheSelector
	Topic TopicSelector
}

func (TopicPermission) IsPermission() {}

type Permission interface{ IsPermission() }

type Permissions struct{ Permissions []Permission }

func (Permissions) IsPermissionScope()      {}
func (Permissions) IsDisposableTokenScope() {}

type PermissionScope interface{ IsPermissionScope() }

type DisposableTokenScope interface{ IsDisposableTokenScope() }

var AllDataReadWrite = Permissions{
	Permissions: []Permission{
		TopicPermission{Topic: AllTopics{}, Cache: AllCaches{}, Role: PublishSubscribe},
		CachePermission{Cache: AllCaches{}, Role: ReadWrite},
	},
}

func CacheReadWrite(selector CacheSelector) Permissions {
	return Permissions{Permissions: []Permission{CachePermission{Cache: selector, Role: ReadWrite}}}
}

func CacheReadOnly(selector CacheSelector) Permissions {
	return Permissions{Permissions: []Permission{CachePermission{Cache: selector, Role: ReadOnly}}}
}

func CacheWriteOnly(selector CacheSelector) Permissions {
	return Permissions{Permissions: []Permission{CachePermission{Cache: selector, Role: WriteOnly}}}
}

func TopicSubscribeOnly(cache CacheSelector, topic TopicSelector) Permissions {
	return Permissions{Permissions: []Permission{TopicPermission{Cache: cache, Topic: topic, Role: SubscribeOnly}}}
}

func TopicPublishSubscribe(cache CacheSelector, topic TopicSelector) Permissions {
	return Permissions{Permissions: []Permission{TopicPermission{Cache: cache, Topic: topic, Role: PublishSubscribe}}}
}

func TopicPublishOnly(cache CacheSelector, topic TopicSelector) Permissions {
	return Permissions{Permissions: []Permission{TopicPermission{Cache: cache, Topic: topic, Role: PublishOnly}}}
}

type CacheItemSelector interface{ IsCacheItemSelector() }

type CacheItemKey struct{ Key []byte }

func (CacheItemKey) IsCacheItemSelector() {}

type CacheItemKeyPrefix struct{ KeyPrefix []byte }

func (CacheItemKeyPrefix) IsCacheItemSelector() {}

type AllCacheItems struct{}

func (AllCacheItems) IsCacheItemSelector() {}

type DisposableTokenCachePermission struct {
	Role  CacheRole
	Cache CacheSelector
	Item  CacheItemSelector
}

func (DisposableTokenCachePermission) IsPermission() {}
