import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintOf, fingerprintOfRecord, operationTemplate } from './fingerprint.js';

describe('the template of an operation', () => {
  it.each([
    ['GET /orders/{id}', 'GET /orders/{id}'],
    ['GET /orders/:id', 'GET /orders/:id'],
    ['GET /orders/4711', 'GET /orders/{n}'],
    ['GET /orders/4711/lines/3', 'GET /orders/{n}/lines/{n}'],
    ['GET /v1/orders/o-17', 'GET /v1/orders/o-{n}'],
    ['GET /search?q=shoes&page=2', 'GET /search?{query}'],
    ['GET /users/9f86d081-884c-7d65-9a2f-eaa0c55ad015', 'GET /users/{id}'],
    ['POST /traces/4bf92f3577b34da6a3ce929d0e0e4736', 'POST /traces/{id}'],
    ['get user V1StGXR8Z5jdHi6BmyT', 'get user {id}'],
    ['cart 01ARZ3NDEKTSV4RRFFQ69G5FAV', 'cart {id}'],
    ['charge order10042', 'charge order{n}'],
    ["SELECT * FROM users WHERE id = 7 AND name = 'ada'", 'SELECT * FROM users WHERE id = {n} AND name = {text}'],
    ['SELECT a FROM b WHERE c IN (1, 2, 3)', 'SELECT a FROM b WHERE c IN ({n})'],
    ['SELECT a FROM b WHERE c IN (1, 2)', 'SELECT a FROM b WHERE c IN ({n})'],
    ['dial 10.0.0.17:8080', 'dial {n}'],
    ['mail ada@example.org', 'mail {address}'],
    ['job 2026-11-28T17:49:06Z', 'job {n}'],
    ['s3.PutObject', 's3.PutObject'],
    ['EC2 DescribeInstances v2', 'EC2 DescribeInstances v2'],
    ['feedback', 'feedback'],
    ['deadbeef face decade', 'deadbeef face decade'],
    ['  two\t spaces ', 'two spaces'],
    ['Überweisung 12 an Ä34', 'Überweisung {n} an Ä34'],
    ['', ''],
  ])('of %j is %j', (name, template) => {
    expect(operationTemplate(name)).toBe(template);
  });

  it('is the same for all requests of an operation, whatever their ids are', () => {
    const id = fc.oneof(
      fc.integer({ min: 0 }).map(String),
      fc.uuid(),
      fc.stringMatching(/^[0-9a-f]{16}$/).filter((hex) => /[0-9]/.test(hex)),
    );
    fc.assert(
      fc.property(id, id, (a, b) => {
        const [first, second] = [a, b].map((one) => operationTemplate(`GET /orders/${one}`).replace(/\{\w+\}/, '{}'));
        expect(first).toBe(second);
      }),
    );
  });

  it('is short and well-formed, whatever the name is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        const template = operationTemplate(name);
        expect([...template].length).toBeLessThanOrEqual(200);
        expect(template.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('the fingerprint of a violation', () => {
  it('starts with its version and never changes within one, or groups would split', () => {
    expect(fingerprintOf({ metadata: { span_name: 'GET /orders/17', duration_ms: 3 } })).toEqual({
      fingerprint: '1:efe9d7bbc465b0eb',
      operation: 'GET /orders/{n}',
      errorKind: '',
    });
  });

  it('differs by operation and by the code of undecided verdicts', () => {
    const of = (name: string, code?: string) =>
      fingerprintOf({ metadata: { span_name: name }, ...(code === undefined ? {} : { undecided: { code, reason: 'r' } }) }).fingerprint;
    expect(new Set([of('a'), of('b'), of('a', 'step_limit'), of('a', 'too_many')]).size).toBe(4);
    expect(of('order 7')).toBe(of('order 8'));
  });

  it.each(['{}', 'null', '7', 'no json', '{"metadata":null}', '{"metadata":{"span_name":7},"undecided":{"code":{}}}'])(
    'of a record that another program wrote is that of one without a name: %s',
    (record) => {
      expect(fingerprintOfRecord(record)).toEqual(fingerprintOf({}));
    },
  );
});
