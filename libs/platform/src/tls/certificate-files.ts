import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Configuration } from '../configuration/settings/configuration.js';

/** The contents of a TLS server's files. */
export interface CertificateFiles {
  /** PEM: the server's certificate, then its issuers'. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** PEM: the authority of clients' certificates; undefined: clients need none. */
  readonly ca: Buffer | undefined;
  /** When the server's certificate expires, milliseconds since 1970. */
  readonly expires: number;
}

type Paths = Pick<Configuration['server'], 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>;

/** Reads the configured files. Throws an Error that names the file when one is unreadable, or when they do not match. */
export function readCertificateFiles({ tlsCertFile = '', tlsKeyFile = '', tlsClientCaFile }: Paths): CertificateFiles {
  const [cert, key, ca] = [read(tlsCertFile), read(tlsKeyFile), tlsClientCaFile === undefined ? undefined : read(tlsClientCaFile)];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error(`${tlsCertFile} and ${tlsKeyFile} are not a certificate and its key in PEM: ${(error as Error).message}`, {
      cause: error,
    });
  }
  try {
    // Node treats a file without a certificate as no authority at all.
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    throw new Error(`${tlsClientCaFile} has no certificate in PEM: ${(error as Error).message}`, { cause: error });
  }
  // The first in the file is the server's own.
  return { cert, key, ca, expires: Date.parse(new X509Certificate(cert).validTo) };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Changes with each of the files, and with the target of a symbolic link. */
export function markOf({ tlsCertFile, tlsKeyFile, tlsClientCaFile }: Paths): string {
  return [tlsCertFile, tlsKeyFile, tlsClientCaFile]
    .map((path) => {
      const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
      return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
    })
    .join(', ');
}
