import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Kafka, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import type { LogReport } from '../../log-report.js';
import type { KafkaLogSettings } from '../../settings.js';
import { AnswerReader } from './answer-reader.js';
import { KafkaClient, logLevel } from './kafkajs.js';

/** A broker that accepts no connection, or (by default) answers no request, within this many ms counts as gone. */
const CONNECT_MS = 5_000;
const REQUEST_MS = 15_000;
const KEEP_ALIVE_MS = 60_000;

/** A client of kafkajs, and its sockets: kafkajs offers no way to close them at once. */
export interface ClientSockets {
  readonly kafka: Kafka;
  readonly sockets: Set<Socket>;
}

/** Makes a client: addresses, TLS and SASL from the settings; log lines of kafkajs go to `report`. */
export function makeClient(settings: KafkaLogSettings, report: LogReport): ClientSockets {
  const sockets = new Set<Socket>();
  const { tls, sasl } = settings;
  const config: KafkaConfig = {
    clientId: settings.clientId ?? 'betrace',
    // kafkajs begins with the first.
    brokers: [...settings.brokers],
    connectionTimeout: CONNECT_MS,
    requestTimeout: settings.requestTimeout ?? REQUEST_MS,
    // The caller retries, with a back-off of its own. Here each broker is tried once.
    retry: { retries: settings.brokers.length, initialRetryTime: 50, maxRetryTime: 500 },
    logLevel: logLevel.INFO,
    logCreator: () => logTo(report),
    ...(tls ? { ssl: { ...(tls.ca === undefined ? {} : { ca: tls.ca }) } } : {}),
    // A copy, because kafkajs writes functions into it, with which the settings could not go to another thread.
    ...(sasl ? { sasl: { ...sasl } as SASLOptions } : {}),
    socketFactory: ({ host, port, ssl, onConnect }) => {
      const name = isIP(host) ? {} : { servername: host };
      const answers = new AnswerReader((bytes) => socket.emit('data', bytes));
      const onread = {
        buffer: () => answers.room,
        callback: (bytes: number) => {
          answers.took(bytes);
          return true;
        },
      };
      const address = { host, port, onread };
      const socket: Socket = ssl ? connectTls({ ...address, ...name, ...ssl }, onConnect) : connectPlain(address, onConnect);
      socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  };
  return { kafka: new KafkaClient(config), sockets };
}

/** Attempts of kafkajs are logged at debug level: the caller retries, and reports the outcome. */
function logTo(report: LogReport): (entry: LogEntry) => void {
  return ({ label, namespace, log: { message, timestamp: _, ...fields } }) => {
    report('debug', `kafkajs: ${message}`, { ...fields, namespace, severity: label });
  };
}
