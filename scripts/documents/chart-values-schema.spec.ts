import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { KEYS } from '../../libs/platform/src/configuration/settings/keys.js';
import { chartValuesSchema } from './chart-values-schema.js';

const valid = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile(JSON.parse(chartValuesSchema()) as object);
const withKey = (name: string, value: unknown) => {
  const [group = '', key = ''] = name.split('.');
  return { config: { [group]: { [key]: value } } };
};
const open = KEYS.filter(({ setting }) => !setting.secret);
/** Values within the bounds of all durations and sizes, which the schema omits. */
const SAMPLES = [
  '',
  'x',
  '50',
  '50.5',
  '5k',
  '5kb',
  '1 GiB',
  '1h30m',
  '90s',
  '-1',
  'https://a.example',
  'tempo:4317',
  'a=b',
  50,
  -1,
  0.5,
  true,
  null,
  [],
  ['a'],
  [1],
  {},
  { a: 'b' },
];

describe('the schema of the chart’s values', () => {
  it.each(open.map((key) => [key.name, key] as const))(
    '%s: accepts its default, and refuses what the configuration refuses',
    (name, { setting }) => {
      if (setting.default !== undefined) {
        const isPlain = typeof setting.default === 'boolean' || typeof setting.default === 'number' || typeof setting.default === 'object';
        const written =
          isPlain && setting.type.name !== 'duration' && setting.type.name !== 'size'
            ? setting.default
            : setting.type.show(setting.default);
        expect([written, valid(withKey(name, written))]).toEqual([written, true]);
      }
      const taken = SAMPLES.filter((sample) => valid(withKey(name, sample)));
      expect(taken.filter((sample) => setting.type.parse(sample) === undefined)).toEqual([]);
      expect(taken.length).toBeLessThan(SAMPLES.length);
    },
  );

  it('has no secret, and refuses unknown keys and groups', () => {
    for (const { name, setting } of KEYS) expect([name, valid(withKey(name, 'x')) && setting.secret === true]).toEqual([name, false]);
    expect(valid(withKey('kafka.broker', ['a:1']))).toBe(false);
    expect(valid(withKey('kafkas.brokers', ['a:1']))).toBe(false);
    expect(valid({ replicas: 1 })).toBe(false);
  });
});
