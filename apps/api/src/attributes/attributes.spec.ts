import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRequest, type PlainMap, spansFromJson } from '#otlp';
import { TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AttributeCatalogue } from './attribute-catalogue.js';
import type { AttributesView } from './attributes.dto.js';
import { looksSensitive, SensitiveAttributes } from './sensitive-attributes.js';

describe('sensitive attributes', () => {
  it.each([
    ['*token*', 'auth.token.id', true],
    ['*token*', 'TOKEN', true],
    ['*token*', 'tok', false],
    ['url.*', 'url.full', true],
    ['url.*', 'my.url.full', false],
    ['*.query', 'db.query', true],
    ['*.query', 'db.query.text', false],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'ab', false],
    ['ab*ba', 'aba', false],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
    ['*', '', true],
  ])('%s fits %s: %s', (pattern, name, fits) => {
    expect(new SensitiveAttributes([pattern]).has(name)).toBe(fits);
  });

  it('match like the equivalent regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(text, name, (pattern, given) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(given);
        expect(new SensitiveAttributes([pattern]).has(given)).toBe(expected);
      }),
    );
  });

  it.each([
    'ann@example.com',
    'eyJhbGciOi.x.y',
    'https://u:p@host/',
    '4111111111111111',
    '+49 170 123 45 67',
    'Bearer abc',
    'id 123456789',
  ])("include the text %s, whatever the attribute's name", (text) => expect(looksSensitive(text)).toBe(true));
  it.each(['GET', '/orders/{id}', '200', 'gold', 'checkout-7f9c'])('are not texts like %s', (text) =>
    expect(looksSensitive(text)).toBe(false),
  );
});

describe('AttributeCatalogue', () => {
  const catalogueOf = (...attributes: readonly PlainMap[]) => {
    const catalogue = new AttributeCatalogue(new SensitiveAttributes(['*secret*']));
    for (const one of attributes) catalogue.add('span', one);
    return catalogue;
  };

  it('limits names and values, and reports that there are more', () => {
    const many = Object.fromEntries(Array.from({ length: 32_000 }, (_, n) => [`name.${n}`, n]));
    const names = catalogueOf(many);
    expect([names.attributes.length, names.more]).toEqual([1_000, true]);
    const values = catalogueOf(...Array.from({ length: 32_000 }, (_, n) => ({ key: n % 60 })));
    expect([values.attributes[0]?.values.length, values.attributes[0]?.more, values.attributes[0]?.spans]).toEqual([50, true, 32_000]);
  });

  it('omits values of other types, long texts, halves of characters and non-finite numbers, and changes no text', () => {
    const one = catalogueOf({
      nan: Number.NaN,
      long: 'x'.repeat(1_000_000),
      list: ['a'],
      map: { a: 1 },
      bytes: Uint8Array.of(1),
      text: 'a\u0000\u202eb 👨\u200d👩\u200d👧',
      half: 'a\ud800',
      my_secret: 'value',
      empty: '',
    });
    expect(
      Object.fromEntries(one.attributes.map(({ name, types, values, more }) => [name, [types, values.map(({ value }) => value), more]])),
    ).toEqual({
      nan: [['number'], [], true],
      long: [['string'], [], true],
      list: [['list'], [], true],
      map: [['map'], [], true],
      bytes: [['bytes'], [], true],
      text: [['string'], ['a\u0000\u202eb 👨\u200d👩\u200d👧'], false],
      half: [['string'], [], true],
      my_secret: [['string'], [], true],
      empty: [['string'], [''], false],
    });
  });

  it('omits names that are too long or unreadable', () => {
    const one = catalogueOf({ ['x'.repeat(201)]: 1, 'a\u0000': 1, 'a\n': 1, 'a\u200d': 1, ['\udc00']: 1, 'نمی\u200cخواهم': 1 });
    expect([one.attributes.map(({ name }) => name), one.more]).toEqual([['نمی\u200cخواهم'], true]);
  });
});

describe('GET /v1/attributes', () => {
  let api: ApiUnderTest;
  afterEach(() => api.close());

  const send = (spans: readonly object[]) => {
    const value = encodeRequest(spansFromJson(Buffer.from(JSON.stringify({ spans }))));
    return api.log.append(TOPICS.spans, [{ partition: 0, value }]);
  };
  const span = (span_id: string, attributes: object) => ({
    trace_id: 't',
    span_id,
    name: 's',
    service: 'shop',
    start_time: 1_699_000_000_000_000_000,
    duration: 1,
    attributes,
  });

  it('answers names, types and values, most frequent first, without sensitive values', async () => {
    api = await ApiUnderTest.start();
    await send([
      span('a', { method: 'GET', 'user.id': 'u-1', n: 1 }),
      span('b', { method: 'GET', n: 'one' }),
      span('c', { method: 'PUT' }),
    ]);
    const { status, body } = await api.ask<AttributesView>('GET', '/v1/attributes?on=span');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 3, more: false, sampled_spans: 3, since: expect.any(String), until: expect.any(String) });
    expect(body.attributes).toEqual([
      {
        name: 'method',
        on: 'span',
        types: ['string'],
        spans: 3,
        sensitive: false,
        values: [
          { value: 'GET', spans: 2 },
          { value: 'PUT', spans: 1 },
        ],
        more: false,
      },
      expect.objectContaining({ name: 'n', types: ['number', 'string'], spans: 2 }),
      { name: 'user.id', on: 'span', types: ['string'], spans: 1, sensitive: true, values: [], more: true },
    ]);
    const found = await api.ask<AttributesView>('GET', '/v1/attributes?q=SERVICE&limit=1');
    expect(found.body.attributes).toEqual([expect.objectContaining({ name: 'service.name', on: 'resource', spans: 3 })]);
    expect((await api.ask('GET', '/v1/attributes?on=scope')).status).toBe(400);
  });

  it('answers for an empty log, and hides what the operator calls sensitive', async () => {
    api = await ApiUnderTest.startIn({ BETRACE_ATTRIBUTES_SENSITIVE: 'method,tier*' });
    expect((await api.ask<AttributesView>('GET', '/v1/attributes')).body).toEqual({
      attributes: [],
      total: 0,
      more: false,
      sampled_spans: 0,
    });
    await api.close();
    api = await ApiUnderTest.startIn({ BETRACE_ATTRIBUTES_SENSITIVE: 'method,tier*' });
    await send([span('a', { method: 'GET', tier: 'gold', 'user.id': 'u-1' })]);
    const { body } = await api.ask<AttributesView>('GET', '/v1/attributes?on=span');
    expect(body.attributes.map(({ name, values }) => [name, values.length])).toEqual([
      ['method', 0],
      ['tier', 0],
      ['user.id', 1],
    ]);
  });

  it('finds the last spans behind the ticks of a quiet log', async () => {
    api = await ApiUnderTest.start();
    await send([span('a', { quiet: true })]);
    const headers = { 'betrace-control': 'tick' };
    const ticks = Array.from({ length: 3_000 }, () => [0, 1, 2, 3].map((partition) => ({ partition, value: new Uint8Array(), headers })));
    await api.log.append(TOPICS.spans, ticks.flat());
    const { body } = await api.ask<AttributesView>('GET', '/v1/attributes');
    expect([body.sampled_spans, body.attributes.map(({ name }) => name)]).toEqual([1, expect.arrayContaining(['quiet'])]);
  });

  it('samples at most 5,000 spans over all partitions, and survives unreadable records', async () => {
    api = await ApiUnderTest.start();
    await api.log.append(TOPICS.spans, [{ partition: 1, value: Uint8Array.of(0x0a, 0xff) }]);
    await send(Array.from({ length: 20_000 }, (_, n) => span(`s${n}`, { n: n % 3 })));
    const { body } = await api.ask<AttributesView>('GET', '/v1/attributes?q=n&on=span');
    expect(body.sampled_spans).toBe(1_250);
    expect(body.attributes[0]).toMatchObject({ name: 'n', spans: 1_250 });
  });
});
