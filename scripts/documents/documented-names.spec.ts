import { describe, expect, it } from '@jest/globals';
import { DOCUMENTED_ERRORS } from './documented-errors.js';
import { DOCUMENTED_METRICS } from './documented-metrics.js';

describe('the catalogues together', () => {
  const codes = DOCUMENTED_ERRORS.flatMap(({ errors }) => errors.map(({ code }) => code));
  const metrics = Object.values(DOCUMENTED_METRICS).flatMap((declarations) => Object.values(declarations).map(({ name }) => name));

  it('give no code to two errors', () => expect(codes).toEqual([...new Set(codes)]));
  it('write all codes alike', () => expect(codes.filter((code) => !/^BT_[A-Z]+(_[A-Z0-9]+)+$/.test(code))).toEqual([]));
  it('say something about each error', () => {
    for (const { errors } of DOCUMENTED_ERRORS) for (const { code, message } of errors) expect([code, message]).not.toEqual([code, '']);
  });
  it('give no name to two metrics', () => expect(metrics).toEqual([...new Set(metrics)]));
});
