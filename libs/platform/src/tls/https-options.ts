import type { ServerOptions } from 'node:https';
import type { ServerCertificate } from './server-certificate.js';

/**
 * Options of an HTTPS server with the current certificate; undefined: no TLS. With client certificates the connection is still accepted without one, and
 * `requireClientCertificate` refuses its requests: health probes have none.
 */
export function httpsOptions(certificate: ServerCertificate): ServerOptions | undefined {
  const { files } = certificate;
  if (files === undefined) return undefined;
  const { cert, key, ca } = files;
  return { cert, key, ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }) };
}
