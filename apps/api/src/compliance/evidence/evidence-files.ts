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

/** Violations and versions of rules per read. */
const PAGE = 200;

type EvidenceStore = Pick<Store, 'violationsFrom' | 'ruleVersions'>;

/**
 * The files of an evidence pack: the report, the violations that it counts as signed, and the versions of their rules. Further files hold the public keys, a guide
 * for verifying, and checksums of all others. The files of unchanged data are the same.
 * @param gone stops reading once it is aborted
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
  // Without the time of creation, so that two packs of the same past period are the same bytes.
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
      // One more than a page: each version is compared with the previous one.
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

/** The violations of the rules in the report's period, by rule, newest first; retracted and undecided ones too. */
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
      // SQLite's calls are synchronous: without this pause no other work would run.
      await nextTurn();
      if (next === undefined) break;
      after = next;
    }
  }
}

const textFile = (name: string, text: string): ArchivedFile => ({ name, content: Buffer.from(text) });
const jsonFile = (name: string, value: unknown): ArchivedFile => textFile(name, `${JSON.stringify(value, null, 2)}\n`);
