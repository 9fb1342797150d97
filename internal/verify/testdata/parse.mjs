// Reads credentials as Momento's official JavaScript SDK does.
//
// Standard input: {"name": "credential"}
// Standard output: {"name": {"token": "…", "cache": "cache.…"}}, or {"error": "…"} for what the SDK refuses.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const require = createRequire(process.argv[2] + '/');
const {CredentialProvider} = require('@gomomento/sdk');

const results = {};
for (const [name, apiKey] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  try {
    const provider = CredentialProvider.fromString({apiKey});
    results[name] = {token: provider.getAuthToken(), cache: provider.getCacheEndpoint()};
  } catch (e) {
    results[name] = {error: String(e.message)};
  }
}
console.log(JSON.stringify(results));
