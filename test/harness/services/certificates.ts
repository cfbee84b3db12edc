import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The paths of a certificate and its key, in PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for tests, made with the command openssl; its files are in `folder`. */
export class Authority {
  private constructor(
    private readonly folder: string,
    /** The path of the authority's own certificate. */
    readonly cert: string,
    private readonly key: string,
  ) {}

  static async create(folder: string, name = 'authority'): Promise<Authority> {
    const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    await run('openssl', ['req', '-x509', ...NEW_KEY, '-days', '30', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]);
    return new Authority(folder, cert, key);
  }

  /** Issues a certificate for localhost and 127.0.0.1, for servers and clients. */
  async issue(name: string, days = 30): Promise<Issued> {
    const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((suffix) => join(this.folder, `${name}.${suffix}`)) as [
      string,
      string,
      string,
      string,
    ];
    await writeFile(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n');
    await run('openssl', ['req', '-new', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', request]);
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.cert,
      '-CAkey',
      this.key,
      '-CAcreateserial',
      '-days',
      String(days),
      '-extfile',
      extensions,
      '-out',
      cert,
    ]);
    return { cert, key };
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
