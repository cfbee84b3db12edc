import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DOCUMENTED_ERRORS } from './documented-errors.js';
import { DOCUMENTED_METRICS } from './documented-metrics.js';

describe('the catalogues together', () => {
  const codes = DOCUMENTED_ERRORS.flatMap(({ errors }) => errors.map(({ code }) => code));
  const metrics = Object.values(DOCUMENTED_METRICS).flatMap((declarations) => Object.values(declarations).map(({ name }) => name));

  it('give each error its own code', () => expect(codes).toEqual([...new Set(codes)]));
  it('list no error that no code emits', () => {
    const sources = ['apps', 'libs'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !/node_modules|(spec|problems|generated)\.ts$/.test(file))
        .map((file) => readFileSync(join(folder, file), 'utf8')),
    );
    const emitted = new Set(sources.flatMap((text) => text.match(/\bBT_[A-Z0-9_]+\b/g) ?? []));
    expect(codes.length).toBeGreaterThan(200);
    expect(codes.filter((code) => !emitted.has(code))).toEqual([]);
  });
  it('write all codes in one form', () => expect(codes.filter((code) => !/^BT_[A-Z]+(_[A-Z0-9]+)+$/.test(code))).toEqual([]));
  it('describe each error', () => {
    for (const { errors } of DOCUMENTED_ERRORS) for (const { code, message } of errors) expect([code, message]).not.toEqual([code, '']);
  });
  it('give each metric its own name', () => expect(metrics).toEqual([...new Set(metrics)]));
});
