"""Fills the cache from last night's dump."""
from momento import CacheClient, Configurations, CredentialProvider

TOKEN = (
    "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJmb3VuZGVyQGV4YW1wbGUuY29tIiw"
    "iY3AiOiJjb250cm9sLmNlbGwtdXMtZWFzdC0xLTEucHJvZC5hLm1vbWVudG9"
    "ocS5jb20iLCJjIjoiY2FjaGUuY2VsbC11cy1lYXN0LTEtMS5wcm9kLmEubW9"
    "tZW50b2hxLmNvbSJ9.lt0SxPtc04SzcMP8dw1yXYYUiM40SQbO9D_ZjyHWPt"
    "xPYvsEZE0FzWUu9z33bkGzONynIngvHJBNImbLcr39Hg"
)

client = CacheClient.create(
    Configurations.Laptop.v1(), CredentialProvider.from_string(TOKEN), default_ttl=None
)
