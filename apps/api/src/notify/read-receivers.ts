import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { HEADER_NAME, hasStrayLogin, MESSAGE_HEADER } from '#base';
import { didYouMean, parseMilliseconds, suggest } from '#platform';
import { SEVERITIES } from '#records';
import type { NotificationReceiver } from './receiver.js';

const MEMBERS = ['name', 'alertmanager', 'webhook', 'secret_file', 'headers', 'severities', 'rules', 'tags', 'console_url', 'fires_for'];
const NAME = /^[\w.-]{1,64}$/;
/** Headers of the message's signature: with others it would not match. */
const SIGNATURE_HEADER = /^webhook-(id|timestamp|signature)$/i;
const MAX_RECEIVERS = 100;
const DAY = 24 * 60 * 60 * 1_000;
/** The prefix of a base64 secret in Standard Webhooks. */
const SECRET_PREFIX = 'whsec_';
const MIN_SECRET_BYTES = 24;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the receivers of a YAML or JSON file. Secrets are in other files, by a relative or an absolute path. Throws an Error that names every mistake and no
 * secret. A file with one mistake is refused as a whole.
 */
export function readReceivers(path: string): readonly NotificationReceiver[] {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`line ${error.linePos?.[0].line ?? '?'} is neither YAML nor JSON`);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const { receivers, ...others } = isRecord(value) ? value : {};
  const wrong = Object.keys(others).map((member) => `there is no ${JSON.stringify(member)}; known is "receivers", a list`);
  if (!Array.isArray(receivers)) throw new Error([...wrong, 'it has no list "receivers"'].join('; '));
  if (receivers.length > MAX_RECEIVERS) throw new Error(`it has ${receivers.length} receivers; at most ${MAX_RECEIVERS} are allowed`);
  const found = receivers.map((entry: unknown, n) => {
    const report = (problem: string) => wrong.push(`receiver ${n + 1} ${problem}`);
    return isRecord(entry)
      ? receiverOf(entry, dirname(resolve(path)), report)
      : void report('is not a mapping with "name" and "alertmanager" or "webhook"');
  });
  const names = found.map((receiver) => receiver?.name);
  for (const [n, name] of names.entries())
    if (name !== undefined && names.indexOf(name) < n) wrong.push(`receiver ${n + 1} has the name of another`);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return found.filter((receiver) => receiver !== undefined);
}

function receiverOf(entry: Members, folder: string, report: (problem: string) => void): NotificationReceiver | undefined {
  for (const member of Object.keys(entry)) {
    if (!MEMBERS.includes(member)) report(`has the unknown member ${JSON.stringify(member)}${didYouMean(suggest(member, MEMBERS))}`);
  }
  const { name, alertmanager, webhook, secret_file: secretFile, headers = {}, console_url: consoleUrl, fires_for: firesFor = '1h' } = entry;
  if (typeof name !== 'string' || !NAME.test(name)) report('has no "name" of 1 to 64 letters, digits, dots, dashes or _');
  if ((alertmanager === undefined) === (webhook === undefined)) report('must have "alertmanager" or "webhook", an address, and not both');
  const url = alertmanager ?? webhook;
  if (url !== undefined && !isUrl(url))
    report('has an address that is not a URL of http or https without a user; credentials go into "headers"');
  if (consoleUrl !== undefined && !isUrl(consoleUrl)) report('has a "console_url" that is not a URL of http or https');
  if (!isRecord(headers) || !Object.values(headers).every((text) => typeof text === 'string' && /^[\t\x20-\x7e]*$/.test(text)))
    report('has "headers" that are not a mapping of names to texts');
  for (const header of isRecord(headers) ? Object.keys(headers) : []) {
    if (!HEADER_NAME.test(header)) report(`has the header ${JSON.stringify(header)}, which is not the name of a header`);
    else if (MESSAGE_HEADER.test(header) || SIGNATURE_HEADER.test(header))
      report(`has the header ${JSON.stringify(header)}, which BeTrace sets itself`);
  }
  const severities = textsOf(entry, 'severities', report).map((severity) => severity.toUpperCase());
  const unknown = severities.find((severity) => !(SEVERITIES as readonly string[]).includes(severity));
  if (unknown !== undefined) report(`has the severity ${JSON.stringify(unknown)}, which is none of ${SEVERITIES.join(', ')}`);
  const duration = typeof firesFor === 'string' ? parseMilliseconds(firesFor) : undefined;
  if (duration === undefined || duration <= 0 || duration > 365 * DAY)
    report('has a "fires_for" that is not a duration like 15m, 1h or 2d');
  if (secretFile !== undefined && webhook === undefined) report('has a "secret_file", which is for a webhook');
  return {
    name: String(name),
    kind: webhook === undefined ? 'alertmanager' : 'webhook',
    url: String(url),
    headers: headers as Readonly<Record<string, string>>,
    ...(secretFile === undefined ? {} : secretOf(secretFile, folder, report)),
    severities,
    rules: textsOf(entry, 'rules', report),
    tags: textsOf(entry, 'tags', report),
    ...(typeof consoleUrl === 'string' ? { consoleUrl: consoleUrl.replace(/\/+$/, '') } : {}),
    firesFor: duration ?? 0,
  };
}

function textsOf(entry: Members, member: string, report: (problem: string) => void): readonly string[] {
  const { [member]: value = [] } = entry;
  if (Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '')) return value as readonly string[];
  report(`has ${JSON.stringify(member)} that are not a list of texts`);
  return [];
}

function secretOf(file: unknown, folder: string, report: (problem: string) => void): { readonly secret?: Buffer } {
  if (typeof file !== 'string') {
    report('has a "secret_file" that is not a path');
    return {};
  }
  try {
    const text = readFileSync(resolve(folder, file), 'utf8').trim();
    const secret = Buffer.from(text.startsWith(SECRET_PREFIX) ? text.slice(SECRET_PREFIX.length) : '', 'base64');
    if (secret.length >= MIN_SECRET_BYTES) return { secret };
    report(`has a "secret_file" without ${SECRET_PREFIX} and the base64 of at least ${MIN_SECRET_BYTES} bytes`);
  } catch (error) {
    report(`has a "secret_file" that cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
  }
  return {};
}

/** A URL without user and password, which would appear wherever the address is shown. Headers are for credentials. */
function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '' && !hasStrayLogin(value);
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
