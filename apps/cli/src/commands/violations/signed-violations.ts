import { duplicateMember } from '#base';
import { CliError } from '../../problems.js';
import type { Server } from '../../server.js';
import { exportedRecords } from './exported-violations.js';

/** A violation as signed: the members of the answer without those that the API adds. */
export interface SignedViolation {
  readonly id: string;
  readonly key_id: string;
  readonly [member: string]: unknown;
}

const PAGE = 1_000;

/** The violations of a JSON text: a list, one per line, an answer with `violations` or `revisions`, a single one, or a trace with exported violation spans. */
export function violationsOf(text: string, where: string): readonly SignedViolation[] {
  const value = parsed(text, where);
  const twice = duplicateMember(text);
  if (twice !== undefined)
    throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `an object in it has the member ${JSON.stringify(twice.name)} twice` });
  const exported = exportedRecords(value, where);
  if (exported !== undefined) return exported.map((record) => signedRecord(record, where));
  const answer = value as { readonly violations?: unknown; readonly revisions?: unknown } | null;
  const list = Array.isArray(value) ? value : (answer?.violations ?? answer?.revisions ?? [value]);
  if (!Array.isArray(list)) throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: 'its "violations" or "revisions" is not a list' });
  return list.map((violation) => signedRecord(violation, where));
}

/** JSON, or one JSON value per line, as from `GET /v1/violations/export?format=ndjson`. */
function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2 || !isJson(lines[0]!)) throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: (error as Error).message });
    return lines.map((line, n) => parsedLine(line, n + 1, where));
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parsedLine(line: string, number: number, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `line ${number}: ${(error as Error).message}` });
  }
}

/** All violations of a server, retracted ones too. */
export async function downloadViolations(server: Server): Promise<readonly SignedViolation[]> {
  const all: SignedViolation[] = [];
  let after = '';
  do {
    const path = `/v1/violations?view=full&status=all&limit=${PAGE}${after && `&after=${encodeURIComponent(after)}`}`;
    const page = (await server.get(path)) as { readonly violations: readonly unknown[]; readonly next?: string };
    all.push(...page.violations.map((violation) => signedRecord(violation, 'the answer')));
    after = page.next ?? '';
  } while (after !== '');
  return all;
}

/**
 * Removes `timestamp` (seconds) and `export_refused`, which the API adds; the signed member is `timestamp_ms`. A `timestamp` of another time stays, so that
 * verifying fails.
 */
function signedRecord(violation: unknown, where: string): SignedViolation {
  if (typeof violation !== 'object' || violation === null || !('id' in violation)) {
    throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: 'something in it has no id' });
  }
  if (!('timestamp_ms' in violation) || !('key_id' in violation)) {
    throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: 'these are summaries, without signatures; ask for ?view=full' });
  }
  const { timestamp, export_refused: _, ...signed } = violation as SignedViolation;
  const agrees = timestamp === undefined || timestamp === Math.floor(Number(signed['timestamp_ms']) / 1_000);
  return (agrees ? signed : { ...signed, timestamp }) as SignedViolation;
}
