import {AuthClient, AllDataReadWrite, ExpiresIn, GenerateApiKey} from '@gomomento/sdk';

export async function newKey(client: AuthClient): Promise<string> {
  const response = await client.generateApiKey(AllDataReadWrite, ExpiresIn.never());
  if (response instanceof GenerateApiKey.Success) {
    return response.apiKey;
  }
  throw new Error('no key');
}
