// Asks a stand-in about keys through Momento's official JavaScript SDK.
//
// Standard input: {"address": "127.0.0.1:1234", "keys": [{"name", "key", "v2"}], "caches": ["…"]}
// Standard output: {"<name>": {"listCaches": "Success 2", "get <cache>": "Miss"}}, where an error is its SDK code.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const require = createRequire(process.argv[2] + '/');
const {CacheClient, Configurations, CredentialProvider, CacheGet, ListCaches, NoopMomentoLoggerFactory, FixedCountRetryStrategy} =
  require('@gomomento/sdk');

const {address, keys, caches} = JSON.parse(readFileSync(0, 'utf8'));
const endpointOverrides = {controlEndpoint: address, cacheEndpoint: address, tokenEndpoint: address, secureConnection: false};

function provider({key, v2}) {
  if (!v2) {
    return CredentialProvider.fromString({apiKey: key, endpointOverrides});
  }
  // The SDK's provider for v2 keys knows no other endpoints: it reads the key,
  // and the endpoints are put over its own.
  const official = CredentialProvider.fromApiKeyV2({apiKey: key, endpoint: 'cell-1.prod.a.momentohq.com'});
  return Object.assign(official, {allEndpoints: endpointOverrides, areEndpointsOverridden: () => true});
}

const noLogs = new NoopMomentoLoggerFactory();
const configuration = Configurations.Laptop.v1(noLogs)
  .withClientTimeoutMillis(5000)
  .withRetryStrategy(new FixedCountRetryStrategy({loggerFactory: noLogs, maxAttempts: 0}));

const results = {};
for (const k of keys) {
  const result = (results[k.name] = {});
  let client;
  try {
    client = await CacheClient.create({configuration, credentialProvider: provider(k), defaultTtlSeconds: 60});
  } catch (e) {
    result.client = String(e.message);
    continue;
  }
  const list = await client.listCaches();
  result.listCaches = list instanceof ListCaches.Success ? `Success ${list.getCaches().length}` : list.errorCode();
  for (const cache of caches) {
    const got = await client.get(cache, 'momentolint');
    result[`get ${cache}`] = got instanceof CacheGet.Hit ? 'Hit' : got instanceof CacheGet.Miss ? 'Miss' : got.errorCode();
  }
  client.close();
}
console.log(JSON.stringify(results));
process.exit(0);
