import type { Registry } from 'prom-client';
import type { Clock } from '../clock.js';
import { ConfigurationError } from '../configuration/configuration-error.js';
import type { Configuration } from '../configuration/settings/configuration.js';
import type { Logger } from '../logging/logger.js';
import { type MetricDeclarations, readAtScrape, registerMetrics } from '../metrics/declaration.js';
import { type CertificateFiles, markOf, readCertificateFiles } from './certificate-files.js';

/** Milliseconds between two checks whether the files changed. */
const CHECK_INTERVAL_MS = 2_000;
const DAY = 24 * 60 * 60 * 1_000;
/** A warning is logged this long before the certificate expires. */
const WARNING_BEFORE_MS = 14 * DAY;

export const TLS_METRICS = {
  expires: {
    type: 'gauge',
    name: 'betrace_tls_certificate_expires_timestamp_seconds',
    help: 'When the certificate of the server expires, in seconds since 1970; absent without TLS.',
  },
} as const satisfies MetricDeclarations;

type Listener = (files: CertificateFiles) => void;

/**
 * The server's certificate, its key and the authority of its clients, if TLS is configured. The files are read again when one changes. A set that does not
 * match is logged and changes nothing, since certificate and key are rarely replaced at the same moment.
 */
export class ServerCertificate {
  private readonly listeners: Listener[] = [];
  private readonly timer: NodeJS.Timeout | undefined;
  private current: CertificateFiles | undefined;
  private seen = '';
  /** Why the files could not be used; logged once. */
  private failure = '';

  /** Throws a ConfigurationError when a file is unreadable, or they do not match. */
  constructor(
    private readonly server: Configuration['server'],
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
    if (server.tlsCertFile === undefined) return;
    try {
      this.seen = markOf(server);
      this.current = readCertificateFiles(server);
    } catch (error) {
      throw new ConfigurationError([{ key: 'server.tls_cert_file', source: 'the files of TLS', message: (error as Error).message }]);
    }
    this.tellEnd(this.current);
    this.timer = setInterval(() => this.look(), CHECK_INTERVAL_MS).unref();
  }

  /** The context in use; undefined: no TLS. */
  get files(): CertificateFiles | undefined {
    return this.current;
  }

  /** Whether clients must show a certificate. */
  get asksClients(): boolean {
    return this.current?.ca !== undefined;
  }

  /** Called with each new set of files, which applies to new connections. */
  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Stops checking the files. */
  close(): void {
    clearInterval(this.timer);
  }

  /** Makes scrapes report when the certificate expires. */
  expose(registry: Registry): void {
    if (this.current === undefined) return;
    const { expires } = registerMetrics(TLS_METRICS, registry);
    readAtScrape(expires, () => (this.current?.expires ?? 0) / 1_000);
  }

  private look(): void {
    try {
      const fileMark = markOf(this.server);
      if (fileMark === this.seen) {
        // The files in use were missing, and are back: their next failure is logged again.
        this.failure = '';
        return;
      }
      const files = readCertificateFiles(this.server);
      // Only after reading: files that do not match yet are read again.
      this.seen = fileMark;
      this.failure = '';
      this.current = files;
      for (const listener of this.listeners) listener(files);
      this.logger.info({ expires: new Date(files.expires) }, 'TLS certificate reloaded');
      this.tellEnd(files);
    } catch (error) {
      const { message } = error as Error;
      if (message === this.failure) return;
      this.failure = message;
      this.logger.error({ err: error }, `${message}; the previous certificate stays in use`);
    }
  }

  private tellEnd({ expires }: CertificateFiles): void {
    const end = new Date(expires).toISOString();
    const left = expires - this.clock.now();
    if (left < 0) this.logger.error({ expires: end }, `the TLS certificate expired at ${end}: clients reject it`);
    else if (left < WARNING_BEFORE_MS) this.logger.warn({ expires: end }, `the TLS certificate expires at ${end}`);
  }
}
