import type { ServerOptions } from 'node:https';
import type { ServerCertificate } from './server-certificate.js';

/**
 * Options of an HTTPS server with the present certificate; undefined: no TLS. Where clients must show a certificate the connection is made all the same, and
 * each request without one is refused (`requireClientCertificate`): who asks for health has none.
 */
export function httpsOptions(certificate: ServerCertificate): ServerOptions | undefined {
  const { files } = certificate;
  if (files === undefined) return undefined;
  const { cert, key, ca } = files;
  return { cert, key, ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }) };
}
