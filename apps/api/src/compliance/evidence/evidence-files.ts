import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '#store';
import { ruleVersionView } from '../../rules/versions/rule-version.dto.js';
import type { KeyView } from '../../violations/keys/keys.controller.js';
import { violationDetail } from '../../violations/violation.dto.js';
import type { ComplianceReport } from '../compliance.dto.js';
import { reportCsv } from '../report-csv.js';
import { evidenceReadme } from './evidence-readme.js';
import { lineFiles } from './line-files.js';
import type { ArchivedFile } from './tar.js';

/** Violations, and versions of rules, that are read at once. */
const PAGE = 200;

type EvidenceStore = Pick<Store, 'violationsFrom' | 'ruleVersions'>;

/**
 * The files of an evidence pack: the report, the violations that it counts as they were signed, and the versions of their rules. Public keys, how to verify,
 * and checksums of all other files are with them. What is kept being the same, so are the files.
 * @param gone nothing is read any more once it is aborted
 */
export async function* evidenceFiles(
  store: EvidenceStore,
  report: ComplianceReport,
  keys: readonly KeyView[],
  gone: AbortSignal,
): AsyncGenerator<ArchivedFile> {
  const sums: string[] = [];
  for await (const file of contents(store, report, keys, gone)) {
    sums.push(`${createHash('sha256').update(file.content).digest('hex')}  ${file.name}\n`);
    yield file;
  }
  yield textFile('SHA256SUMS', sums.join(''));
}

async function* contents(
  store: EvidenceStore,
  report: ComplianceReport,
  keys: readonly KeyView[],
  gone: AbortSignal,
): AsyncGenerator<ArchivedFile> {
  // When it was made is no part of what it says: two packs of one state are the same bytes, once the period is over.
  const { generated_at: _, ...figures } = report;
  yield textFile('README.txt', evidenceReadme(report, keys));
  yield jsonFile('report.json', figures);
  yield textFile('report.csv', reportCsv(report));
  yield jsonFile('keys.json', { keys });
  for (const { id, public_key: pem } of keys)
    if (pem !== undefined) yield textFile(`keys/${id}.pem`, pem.endsWith('\n') ? pem : `${pem}\n`);
  const rules = [...new Set(report.controls.flatMap((control) => control.rules.map(({ id }) => id)))].sort();
  yield* lineFiles('rules', ruleLines(store, rules, gone));
  yield* lineFiles('violations', violationLines(store, rules, report, gone));
}

/** Every version of the rules, newest first. */
async function* ruleLines(store: EvidenceStore, rules: readonly string[], gone: AbortSignal): AsyncGenerator<string> {
  for (const id of rules) {
    for (let below: number | undefined; ; ) {
      gone.throwIfAborted();
      // One more than a page: each is shown beside the one before it.
      const versions = await store.ruleVersions(id, { limit: PAGE + 1, below });
      for (const [at, version] of versions.slice(0, PAGE).entries()) {
        yield JSON.stringify({ rule_id: id, ...ruleVersionView(version, versions[at + 1]) });
      }
      await nextTurn();
      if (versions.length <= PAGE) break;
      below = versions[PAGE - 1]?.version;
    }
  }
}

/** The violations of the rules in the report's time, rule by rule, newest first; also those that were taken back, and what is undecided. */
async function* violationLines(
  store: EvidenceStore,
  rules: readonly string[],
  { from, to }: ComplianceReport,
  gone: AbortSignal,
): AsyncGenerator<string> {
  for (const ruleId of rules) {
    const filter = { ruleId, startTime: Date.parse(from), endTime: Date.parse(to) };
    for (let after: string | undefined; ; ) {
      gone.throwIfAborted();
      const { violations, next } = await store.violationsFrom(filter, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const violation of violations) yield JSON.stringify(violationDetail(violation));
      // SQLite answers at once: without a pause nothing else would have its turn.
      await nextTurn();
      if (next === undefined) break;
      after = next;
    }
  }
}

const textFile = (name: string, text: string): ArchivedFile => ({ name, content: Buffer.from(text) });
const jsonFile = (name: string, value: unknown): ArchivedFile => textFile(name, `${JSON.stringify(value, null, 2)}\n`);
