import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { LoopbackServer } from './loopback-server.js';

interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly sign: CryptoKey;
  readonly shown: JWK;
}

/** An OpenID Connect issuer on loopback: discovery, keys, and tokens signed with them. */
export class Issuer {
  /** The number of requests for its keys. */
  asked = 0;
  /** The issuer in the discovery document; tests may change it. */
  named: string | undefined;
  private keys: readonly SigningKey[] = [];
  private readonly server = new LoopbackServer((request, response) => {
    const documents: Readonly<Record<string, () => unknown>> = {
      '/realms/shop/.well-known/openid-configuration': () => ({ issuer: this.named ?? this.url, jwks_uri: `${this.url}/keys` }),
      '/realms/shop/keys': () => {
        this.asked++;
        return { keys: this.keys.map(({ shown }) => shown) };
      },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(document?.() ?? {}));
  });

  private constructor() {}

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    await issuer.rotate('first');
    await issuer.open();
    return issuer;
  }

  get url(): string {
    return `${this.server.url}/realms/shop`;
  }

  /** Signs with a new key from now on, and publishes no other. */
  async rotate(id: string, algorithm = 'RS256'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    this.keys = [{ id, algorithm, sign: privateKey, shown: { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' } }];
  }

  /** The current public key. */
  get publicKey(): JWK {
    return (this.keys[0] as SigningKey).shown;
  }

  /** A token with these claims; they override the default claims, and undefined removes one. */
  token(claims: Readonly<Record<string, unknown>>, header: { readonly kid?: string } = {}): Promise<string> {
    const { id, algorithm, sign } = this.keys[0] as SigningKey;
    const now = Math.floor(Date.now() / 1_000);
    const payload = Object.entries({ iss: this.url, aud: 'betrace', iat: now, exp: now + 600, sub: 'somebody', ...claims });
    return new SignJWT(Object.fromEntries(payload.filter(([, value]) => value !== undefined)))
      .setProtectedHeader({ alg: algorithm, kid: id, ...header })
      .sign(sign);
  }

  /** Listens, at the same port as before. */
  open(): Promise<void> {
    return this.server.open();
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
