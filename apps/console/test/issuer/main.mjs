// node main.mjs <port> <redirect URI>: an OpenID Connect issuer on loopback with one public client, `console`. Everybody may sign in.
// Its access tokens are JWTs for the audience `betrace`, when the resource https://betrace.test is asked for. It says when it listens.
import Provider from 'oidc-provider';

const [port, redirectUri] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'console',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: [redirectUri],
    },
  ],
  clientBasedCORS: () => true,
  cookies: { keys: ['of the tests'] },
  pkce: { required: () => true },
  scopes: ['openid', 'betrace:read', 'betrace:rules:write'],
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'betrace:read betrace:rules:write',
        audience: 'betrace',
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
