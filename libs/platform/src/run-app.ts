import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CodedError } from '#base';
import { helpText } from './configuration/document.js';
import { loadConfiguration } from './configuration/load-configuration.js';
import type { Configuration } from './configuration/settings/configuration.js';
import { type SignatureKey, signatureKey } from './configuration/signature-key.js';
import { tuneGarbageCollection } from './garbage-collection.js';
import { createHttpApp, type HttpAppOptions, listen } from './http/http-app.js';
import { LastStop } from './last-stop.js';
import { createLogger, type Logger } from './logging/logger.js';
import { Shutdown } from './shutdown.js';
import { StartError } from './start-error.js';
import { checkOpenFiles } from './storage/check-open-files.js';
import { prepareStorage } from './storage/storage-directory.js';
import { VERSION } from './version.js';

export interface AppDefinition extends Pick<HttpAppOptions, 'name' | 'prepare' | 'publicPaths' | 'pagePaths'> {
  /** Whether it signs or verifies violations (default), and so needs a signature key. */
  readonly signs?: boolean;
  /** Whether it exports violations (default). */
  readonly exports?: boolean;
  /** Connects transports other than HTTP. They listen before HTTP does, so that `/ready` includes them. */
  readonly connect?: (app: INestApplication) => void;
  readonly module: (configuration: Configuration, logger: Logger) => HttpAppOptions['module'];
  /** Whether SIGUSR2 came while the modules were loaded, for an entry that listens before. */
  readonly lastStopAnnounced?: () => boolean;
}

/**
 * The main function of a process: loads the configuration, starts the app, and stops it in order at SIGTERM or SIGINT, after the drain period. SIGUSR2 before
 * it makes the stop permanent. A second signal stops it at once. Errors that a user can correct are logged without a stack, and the process exits with 1.
 */
export async function runApp(definition: AppDefinition): Promise<void> {
  tuneGarbageCollection();
  const lastStop = new LastStop(definition.lastStopAnnounced?.());
  try {
    const { configuration, notices, help } = loadConfiguration({
      args: process.argv.slice(2),
      environment: process.env,
      terminal: process.stdout.isTTY === true,
      exports: definition.exports !== false,
    });
    if (help) {
      process.stdout.write(helpText(`betrace ${definition.name}`));
      return;
    }
    const logger = createLogger(configuration.logging);
    logger.info({ app: definition.name, version: VERSION, environment: configuration.process.environment }, 'BeTrace starts');
    for (const notice of notices) logger.warn(notice);
    for (const notice of [checkOpenFiles(), prepareStorage(configuration.storage.path)]) if (notice !== undefined) logger.warn(notice);
    const { notice }: Partial<SignatureKey> = definition.signs === false ? {} : signatureKey(configuration);
    if (notice !== undefined) logger.warn(notice);
    dieOnDefects(logger);
    const app = await startApp(definition, configuration, logger);
    stopOnSignals(app.app, configuration, logger);
    lastStop.listen(() => {
      app.app.get(Shutdown).leaveForGood();
      logger.info({ signal: 'SIGUSR2' }, 'the next stop is final: partitions move at once');
    });
  } catch (error) {
    const isExplained = error instanceof StartError || error instanceof CodedError;
    process.stderr.write(`betrace: ${isExplained ? messageWithCode(error) : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  }
}

/** The code comes first, so that a search finds it whatever the sentence says. */
function messageWithCode(error: Error): string {
  return error instanceof CodedError && !error.message.includes(error.code) ? `${error.code}: ${error.message}` : error.message;
}

/** Starts an app with a given configuration; used by tests too. */
export async function startApp(
  definition: AppDefinition,
  configuration: Configuration,
  logger: Logger,
): Promise<{ readonly app: NestFastifyApplication; readonly url: string }> {
  const { name, prepare, connect, publicPaths, pagePaths } = definition;
  const app = await createHttpApp({
    name,
    configuration,
    logger,
    module: definition.module(configuration, logger),
    ...(prepare ? { prepare } : {}),
    ...(publicPaths ? { publicPaths } : {}),
    ...(pagePaths ? { pagePaths } : {}),
  });
  connect?.(app);
  await app.init();
  await app.startAllMicroservices();
  const url = await listen(app, configuration);
  logger.info({ url }, `listening on ${url}`);
  return { app, url };
}

function stopOnSignals(app: NestFastifyApplication, { server }: Configuration, logger: Logger): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    const { drainPeriod, shutdownTimeout } = server;
    logger.info({ signal, drain_period_ms: drainPeriod }, drainPeriod === 0 ? 'stopping' : 'draining, then stopping');
    setTimeout(
      () => {
        logger.error('shutdown timed out; exiting');
        process.exit(1);
      },
      drainPeriod + shutdownTimeout + 1_000,
    ).unref();
    await app.get(Shutdown).drain();
    await app.close();
    logger.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

/** Exits after a defect, since the state is unknown: the log has all acknowledged data, and a new process continues from there. */
function dieOnDefects(logger: Logger): void {
  const die = (error: unknown) => {
    logger.fatal({ err: error }, 'exiting because of a defect');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}
