import {CacheClient, Configurations, CredentialProvider} from '@gomomento/sdk-web';

// Ends up in the bundle of every visitor.
const MOMENTO_TOKEN = 'eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRmFFRkxSR2R2VFVOQlNXRkNaMjlGWWxkV2RXUlRTVUVpTENKcFlYUWlPakUzTXpVMk9EazJNREFzSW1WNGNDSTZNakExTVRJeU1qUXdNSDAuSWhxRkRhX25sNllobjRzRFhmekp0U21xeDhFUjA0eUQzVklkYVpoMXpsNCJ9';

export const cache = new CacheClient({
  configuration: Configurations.Browser.latest(),
  credentialProvider: CredentialProvider.fromString({authToken: MOMENTO_TOKEN}),
  defaultTtlSeconds: 60,
});
