import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Configuration } from '../configuration/configuration.js';

/** What servers of TLS are made of, as the files have it. */
export interface CertificateFiles {
  /** PEM: the server's certificate, then those of its issuers. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** PEM: whose certificates clients must have; undefined: they need none. */
  readonly ca: Buffer | undefined;
  /** When the server's certificate ends, milliseconds since 1970. */
  readonly expires: number;
}

type Paths = Pick<Configuration['server'], 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>;

/** The files that the configuration names; throws an Error with the file's name when one cannot be read, or they do not fit together. */
export function readCertificateFiles({ tlsCertFile = '', tlsKeyFile = '', tlsClientCaFile }: Paths): CertificateFiles {
  const [cert, key, ca] = [read(tlsCertFile), read(tlsKeyFile), tlsClientCaFile === undefined ? undefined : read(tlsClientCaFile)];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error(`${tlsCertFile} and ${tlsKeyFile} are no certificate and its key in PEM: ${(error as Error).message}`, {
      cause: error,
    });
  }
  try {
    // Node takes a file without a certificate in it for no authority at all.
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    throw new Error(`${tlsClientCaFile} has no certificate in PEM: ${(error as Error).message}`, { cause: error });
  }
  // The first of the file is the server's own.
  return { cert, key, ca, expires: Date.parse(new X509Certificate(cert).validTo) };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Changes with each of the files, also where a symbolic link to it is exchanged. */
export function markOf({ tlsCertFile, tlsKeyFile, tlsClientCaFile }: Paths): string {
  return [tlsCertFile, tlsKeyFile, tlsClientCaFile]
    .map((path) => {
      const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
      return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
    })
    .join(', ');
}
