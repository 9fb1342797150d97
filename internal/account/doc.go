// Package account talks to Momento's management API: it lists the API keys and
// roles of an account, and revokes keys. Revoke is the only call of the whole
// program that changes anything, and only the command of that name makes it.
//
// The API is described at
// https://docs.momentohq.com/platform/authentication/api-keys-http-api and
// https://docs.momentohq.com/platform/authentication/roles-http-api.
package account
