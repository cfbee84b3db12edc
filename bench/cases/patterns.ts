import { setFlagsFromString } from 'node:v8';
import { RE2JS } from 're2js';
import { compilePattern } from '../../libs/dsl/src/values/pattern.js';
import type { BenchCase } from '../case.js';
import { perSecond } from '../measure.js';

const PATTERNS = [
  '^GET /api/v\\d+/orders/[^/]+$',
  'timeout|refused|reset',
  '\\b[0-9]{1,3}(\\.[0-9]{1,3}){3}\\b',
  '^(a+)+$',
  '[a-z]+@[a-z]+\\.com',
  'GET .*',
];
const SUBJECTS = [
  'GET /api/v1/orders/12345',
  'GET /api/v1/orders/{id}/17',
  'SELECT * FROM users WHERE id = 5',
  'connect to 10.0.0.17 refused',
  'checkout',
  'user someone@example.com logged in from a place far away, for the third time today',
];

type Test = (subject: string) => boolean;
type Compile = (pattern: string) => Test;

const ENGINES: Readonly<Record<string, () => Promise<Compile>>> = {
  'as the DSL compiles them': async () => (pattern) => {
    const compiled = compilePattern(pattern);
    return (subject) => compiled.test(subject);
  },
  re2js: async () => (pattern) => {
    const compiled = RE2JS.compile(pattern);
    return (subject) => compiled.test(subject);
  },
  "V8's linear engine (flag l)": async () => {
    setFlagsFromString('--enable-experimental-regexp-engine');
    return v8('l');
  },
  "V8's usual engine, which is not linear": async () => v8(''),
  're2-wasm (npm install --no-save re2-wasm)': re2Wasm,
};

function v8(flags: string): Compile {
  return (pattern) => {
    const compiled = new RegExp(pattern, flags);
    return (subject) => compiled.test(subject);
  };
}

/** Not a dependency: it is only compared here. */
async function re2Wasm(): Promise<Compile> {
  const name = 're2-wasm';
  const { RE2 } = (await import(name)) as { readonly RE2: new (pattern: string, flags: string) => RegExp };
  return (pattern) => {
    const compiled = new RE2(pattern, 'u');
    return (subject) => compiled.test(subject);
  };
}

function patternsCase(name: string, engine: () => Promise<Compile>): BenchCase {
  return {
    name,
    unit: 'ns per test',
    run: async () => {
      const compile = await engine().catch(() => undefined);
      if (compile === undefined) return { value: 0, note: 'not installed' };
      const costs = PATTERNS.map((pattern) => {
        const test = compile(pattern);
        return 1e9 / perSecond(SUBJECTS.length, () => SUBJECTS.filter(test).length);
      });
      const each = costs.map((cost) => cost.toFixed(0)).join(', ');
      return { value: costs.reduce((sum, cost) => sum + cost, 0) / costs.length, note: `by pattern: ${each}` };
    },
  };
}

export const cases: readonly BenchCase[] = Object.entries(ENGINES).map(([name, engine]) => patternsCase(name, engine));
