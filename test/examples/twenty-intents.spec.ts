import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { check } from '#dsl';
import { betrace } from '../../apps/cli/src/testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../apps/cli/src/testing/temporary-files.js';

type Outcome = 'right' | 'told' | 'silent';

interface Intent {
  readonly name: string;
  readonly cases: readonly { readonly trace: string; readonly violates: boolean }[];
  readonly rules: Readonly<Partial<Record<Outcome, readonly string[]>>>;
}

const FIXTURES = join(import.meta.dirname, '../fixtures/dsl/intents');
/** Many ways to write each intent, and one each as written at the first attempt, on four days. */
const [manyWays, firstTries, moreTries, lastTries, thirtyTries] = [
  'twenty-intents.yaml',
  'twenty-first-tries.yaml',
  'twenty-more-tries.yaml',
  'twenty-last-tries.yaml',
  'thirty-tries.yaml',
].map((file) => {
  return (parse(readFileSync(join(FIXTURES, file), 'utf8')) as { readonly intents: readonly Intent[] }).intents;
}) as [readonly Intent[], readonly Intent[], readonly Intent[], readonly Intent[], readonly Intent[]];
const intents = [...manyWays, ...firstTries, ...moreTries, ...lastTries, ...thirtyTries];

afterAll(removeTemporaryFiles);

describe('a rule as a new user writes it', () => {
  it.each(intents.map((intent) => [intent.name, intent] as const))('%s: is right, or gets a warning', async (_name, intent) => {
    const all = Object.entries(intent.rules).flatMap(([outcome, texts]) => texts.map((text) => ({ outcome, text: text.trimEnd() })));
    const found = [];
    for (const { text } of all) found.push({ outcome: await outcomeOf(text, intent), text });
    expect(found).toEqual(all);
  });

  it.each(intents.map((intent) => [intent.name, intent] as const))('%s: no fix leads to a rule that is refused', (_name, { rules }) => {
    for (const text of Object.values(rules).flat()) {
      let now = text;
      for (let round = 0; round < 4; round++) now = fixed(now);
      const { ok, diagnostics } = check(now);
      expect({ text, now, ok: ok || diagnostics.some(({ severity, fix }) => severity === 'error' && fix === undefined) }).toEqual({
        text,
        now,
        ok: true,
      });
      if (now !== text && check(text).diagnostics.every(({ severity, fix }) => severity === 'warning' || fix !== undefined)) {
        expect({ text, now, ok }).toEqual({ text, now, ok: true });
      }
    }
  });

  it('is accepted without a warning, and wrong, in one of twenty at most', () => {
    const count = (of: readonly Intent[], outcome: Outcome): number =>
      of.reduce((sum, { rules }) => sum + (rules[outcome]?.length ?? 0), 0);
    expect(manyWays.length).toBeGreaterThanOrEqual(20);
    expect(count(manyWays, 'right') + count(manyWays, 'told')).toBeGreaterThan(250);
    expect(count(manyWays, 'silent')).toBeLessThanOrEqual(13);
    expect(firstTries.length).toBe(20);
    expect(count(firstTries, 'silent')).toBeLessThanOrEqual(1);
    expect(moreTries.length).toBe(20);
    expect(count(moreTries, 'silent')).toBe(0);
    expect(lastTries.length).toBe(20);
    expect(count(lastTries, 'silent')).toBe(0);
    expect(thirtyTries.length).toBe(30);
    expect(count(thirtyTries, 'right')).toBe(30);
  });
});

async function outcomeOf(expression: string, { cases }: Intent): Promise<Outcome> {
  if (check(expression).diagnostics.length > 0) return 'told';
  const tests = cases.map(({ trace, violates }, index) => ({ name: `case ${index}`, trace, expect: violates ? 'match' : 'no match' }));
  const directory = temporaryFiles({ 'rule.json': JSON.stringify({ rules: [{ id: 'rule', expression, tests }] }) });
  const { code } = await betrace(['test', directory]);
  return code === 0 ? 'right' : 'silent';
}

/** Applies all fixes, last to first. */
function fixed(text: string): string {
  return check(text).diagnostics.reduceRight((whole, { fix }) => {
    return fix === undefined ? whole : whole.slice(0, fix.range.start) + fix.text + whole.slice(fix.range.end);
  }, text);
}
