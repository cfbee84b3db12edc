import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Diagnostic } from '../text/diagnostic.js';
import { check } from './check.js';

/**
 * Mistakes of newcomers: the text (⏎ is a line break), each diagnostic with its range, and after `=>` the text with its fixes applied.
 * `MISTAKES=write npm test -- mistakes.spec` rewrites the expectations: review the difference.
 */
const FILE = 'test/fixtures/dsl/mistakes/mistakes.txt';
const MISTAKES = readFileSync(FILE, 'utf8').trimEnd().split('\n\n');

if (process.env.MISTAKES === 'write') writeFileSync(FILE, `${MISTAKES.map((block) => describeMistake(textOf(block))).join('\n\n')}\n`);

describe('mistakes', () => {
  it.each(MISTAKES.map((block) => [block.split('\n', 1)[0], block]))('%s', (_title, block) => {
    expect(describeMistake(textOf(block as string))).toBe(block);
  });

  it.each(MISTAKES.map((block) => [block.split('\n', 1)[0], textOf(block)]))('%s: each fix removes its mistake', (_title, text) => {
    const { diagnostics } = check(text as string);
    const mended = diagnostics.filter(({ fix }) => fix !== undefined).map(({ code }) => code);
    const left = check(fixed(text as string, diagnostics)).diagnostics.map(({ code }) => code);
    expect(mended.filter((code) => left.includes(code))).toEqual([]);
  });

  it.each(MISTAKES.map((block) => [block.split('\n', 1)[0], textOf(block)]))(
    '%s: with all fixes applied it can be saved',
    (_title, text) => {
      let { ok, diagnostics } = check(text as string);
      let now = text as string;
      // A fix can reveal a further mistake.
      for (let round = 0; round < 4 && !ok && isMended(diagnostics); round++) {
        now = fixed(now, diagnostics);
        ({ ok, diagnostics } = check(now));
      }
      expect({ now, ok: ok || !isMended(diagnostics) }).toEqual({ now, ok: true });
      if (isMended(check(text as string).diagnostics)) expect({ now, ok }).toEqual({ now, ok: true });
    },
  );

  it('are many, and none is skipped', () => {
    expect(MISTAKES.length).toBeGreaterThan(200);
    expect(MISTAKES.map(textOf).filter((text) => check(text).diagnostics.length === 0)).toEqual([]);
  });
});

/** Whether each error has a fix. */
function isMended(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.every(({ severity, fix }) => severity === 'warning' || fix !== undefined);
}

function textOf(block: string): string {
  return (block.split('\n', 1)[0] as string).replaceAll('⏎', '\n');
}

function describeMistake(text: string): string {
  const { diagnostics } = check(text);
  const lines = diagnostics.map(({ severity, code, message, ...at }) => {
    const { line, column, endLine, endColumn } = at;
    return `  ${severity} ${code} ${line}:${column}-${endLine}:${endColumn} ${message}`;
  });
  const better = fixed(text, diagnostics);
  return [text, ...lines, ...(better === text ? [] : [`  => ${better}`])].map((line) => line.replaceAll('\n', '⏎')).join('\n');
}

/** Applies all fixes, from the last to the first. */
function fixed(text: string, diagnostics: readonly Diagnostic[]): string {
  return diagnostics.reduceRight((whole, { fix }) => {
    return fix === undefined ? whole : whole.slice(0, fix.range.start) + fix.text + whole.slice(fix.range.end);
  }, text);
}
