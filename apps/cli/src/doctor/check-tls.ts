import { type Configuration, readCertificateFiles } from '#platform';
import { type CheckResult, fail, off, ok, warn } from './check-result.js';

const DAY = 24 * 60 * 60 * 1_000;
const WARNING_BEFORE_MS = 14 * DAY;

/**
 * Checks whether the server's certificate is usable, and for how long.
 * @param now milliseconds since 1970
 */
export function checkTls({ server }: Configuration, now: number): CheckResult {
  if (server.tlsCertFile === undefined) return off('the ports speak plain text');
  try {
    const { expires } = readCertificateFiles(server);
    const end = new Date(expires).toISOString();
    if (expires < now) return fail(`${server.tlsCertFile} ended at ${end}: clients refuse it`);
    return expires - now < WARNING_BEFORE_MS ? warn(`${server.tlsCertFile} ends at ${end}`) : ok(`the certificate is good until ${end}`);
  } catch (error) {
    return fail(error);
  }
}
