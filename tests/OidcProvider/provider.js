// A certified OpenID provider on a loopback port, which lets anybody in under any name: what somebody is, is behind the hyphen of it, as in
// ana-admin. It says its address on a line of its own.
//
//   node provider.js CALLBACK AUDIENCE ALGORITHM SECRET

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [callback, audience, algorithm, secret] = process.argv.slice(2);
const groups = name => [`desk-${name.split('-')[1]}`, 'everybody'];

const pair = algorithm.startsWith('ES') ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
const server = createServer().listen(0, '127.0.0.1', () => {
  // Another site than a console at 127.0.0.1, as providers are.
  const address = `http://localhost:${server.address().port}`;
  const provider = new Provider(address, {
    jwks: { keys: [{ ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm, kid: 'one' }] },
    cookies: { keys: ['of no importance'] },
    clientDefaults: { id_token_signed_response_alg: algorithm },
    clients: [
      { client_id: 'algostack', client_secret: secret, redirect_uris: [callback] },
      { client_id: 'rebalancer-trader', client_secret: secret, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
      { client_id: 'stranger', client_secret: secret, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    clientBasedCORS: () => false,
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    extraTokenClaims: (_, token) => (token.kind === 'ClientCredentials' ? { groups: groups(token.clientId) } : undefined),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => false,
        getResourceServerInfo: (_, resource) => ({ scope: 'api', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: algorithm } } }),
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id.split('-')[0], groups: groups(id) }) }),
  });
  server.on('request', provider.callback());
  console.log(address);
});
