// Package responses stands for the SDK's package of that name.
package responses

// ListCachesResponse is what ListCaches gives.
type ListCachesResponse interface{ isListCachesResponse() }

// CacheInfo is one cache.
type CacheInfo struct{ name string }

// Name is the cache's name.
func (c CacheInfo) Name() string { return c.name }

// NewCacheInfo makes one.
func NewCacheInfo(name string) CacheInfo { return CacheInfo{name} }

// ListCachesSuccess are the caches.
type ListCachesSuccess struct {
	nextToken string
	caches    []CacheInfo
}

func (ListCachesSuccess) isListCachesResponse() {}

// NewListCachesSuccess makes one.
func NewListCachesSuccess(nextToken string, caches []CacheInfo) *ListCachesSuccess {
	return &ListCachesSuccess{nextToken, caches}
}

// NextToken is the token of the next page.
func (r ListCachesSuccess) NextToken() string { return r.nextToken }

// Caches are the caches.
func (r ListCachesSuccess) Caches() []CacheInfo { return r.caches }

// GetResponse is what Get gives.
type GetResponse interface{ isGetResponse() }

// GetMiss is that there is no such item.
type GetMiss struct{}

func (GetMiss) isGetResponse() {}
