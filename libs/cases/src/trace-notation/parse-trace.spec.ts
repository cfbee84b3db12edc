import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NotationError } from './notation-error.js';
import { parseTrace } from './parse-trace.js';

const MS = 1_000_000n;

/** Start and end in milliseconds after the first span's start. */
function times(text: string): Record<string, [number, number]> {
  const spans = parseTrace(text);
  const begin = spans[0]?.start ?? 0n;
  return Object.fromEntries(spans.map(({ id, start, end }) => [id, [Number((start - begin) / MS), Number((end - begin) / MS)]]));
}

function failure(text: string): NotationError {
  try {
    parseTrace(text);
  } catch (error) {
    if (error instanceof NotationError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe('the notation of traces', () => {
  it('uses indentation for parents', () => {
    const spans = parseTrace('a service=shop\n  b\n    c service=bank\n  d\n\n# a comment\ne');
    expect(spans.map(({ id, parentId, service }) => [id, parentId, service])).toEqual([
      ['a', '', 'shop'],
      ['b', 'a', 'shop'],
      ['c', 'b', 'bank'],
      ['d', 'a', 'shop'],
      ['e', '', ''],
    ]);
  });

  it('starts a span after its elder sibling, or at the offset that it names', () => {
    expect(times('a 100ms\n  b 20ms +10ms\n  c 5ms\n  d 5ms -3ms\n  e 1ms')).toEqual({
      a: [0, 100],
      b: [10, 30],
      c: [30, 35],
      d: [-3, 2],
      e: [2, 3],
    });
  });

  it('makes a span without a duration last as long as its children', () => {
    expect(times('a\n  b 20ms\n    c 30ms +1ms\n  d +50ms\nlast')).toEqual({
      a: [0, 51],
      b: [0, 20],
      c: [1, 31],
      d: [50, 51],
      last: [51, 52],
    });
    expect(times('a\n  b\n    c 30ms')).toEqual({ a: [0, 30], b: [0, 30], c: [0, 30] });
  });

  it('reads names, values and the words of a span', () => {
    const [span] = parseTrace(
      'GET /cart/{id} 1.5s kind=server status=error status_message="no stock" http.status=500 big=9007199254740993 rate=-0.5 ok=true ' +
        'list=[a, "b c", 3] attribute.status=7 "odd key"=x resource.service.version=2.0.1 link=a link=b event=exception scope=http trace=t1 parent=gone id=me # end',
    );
    expect(span).toMatchObject({
      name: 'GET /cart/{id}',
      id: 'me',
      parentId: 'gone',
      duration: 1_500_000_000n,
      kind: 'server',
      status: 'error',
      statusMessage: 'no stock',
      attributes: {
        'http.status': 500,
        big: 9007199254740993n,
        rate: -0.5,
        ok: true,
        list: ['a', 'b c', 3],
        status: 7,
        'odd key': 'x',
      },
      resource: { 'service.version': '2.0.1' },
      links: ['a', 'b'],
      events: ['exception'],
      scope: 'http',
      traceId: 't1',
    });
    expect(parseTrace('checkout 1m30s')[0]).toMatchObject({ name: 'checkout', duration: 90_000n * MS });
    expect(parseTrace('"20ms" 20ms')[0]).toMatchObject({ name: '20ms', duration: 20n * MS });
  });

  it('repeats a line', () => {
    expect(times('a\n  q 2ms *3 n=1\n  r')).toEqual({ a: [0, 7], q: [0, 2], 'q#2': [2, 4], 'q#3': [4, 6], r: [6, 7] });
    expect(parseTrace('a\n  q *200')).toHaveLength(201);
  });

  it('distinguishes spans with equal names', () => {
    expect(parseTrace('a\n  q\n  q\n  q').map(({ id }) => id)).toEqual(['a', 'q', 'q#2', 'q#3']);
  });

  it.each([
    ['an indentation between two levels', 'a\n    b\n  c', /indented by 2 spaces, its siblings by 4/, 10],
    ['a tab', 'a\n\tb', /tab/, 2],
    ['a line without a name', 'a=1', /name of its span/, 0],
    ['a word after the name', 'a 20ms b', /'b' is not a key=value/, 7],
    ['a second duration', 'a 20ms 30ms', /'30ms'/, 7],
    ['an open text', 'a b="c', /quote/, 4],
    ['an open list', 'a b=[c', /missing in this list/, 6],
    ['an open list after a comma', 'a b=[c,', /bracket/, 7],
    ['a missing value', 'a b=', /value is missing/, 4],
    ['no white space', 'a b="c"d', /white space/, 7],
    ['an unknown kind', 'a kind=sever', /one of unspecified, internal, server/, 2],
    ['an unknown status', 'a status=500', /attribute.status=500/, 2],
    ['an id twice', 'a id=x\n  b id=x', /taken/, 9],
    ['children of a repeated span', 'a *2\n  b', /no children/, 7],
    ['nothing', '# nothing\n', /no span/, 0],
  ])('refuses %s', (_what, text, message, offset) => {
    const error = failure(text);
    expect(error.message).toMatch(message);
    expect(error.offset).toBe(offset);
  });

  it('throws no other error, for any text', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '  ',
      '\n',
      '20ms',
      '+5ms',
      'k=',
      '"',
      '[',
      ']',
      ',',
      '1',
      'kind=',
      'server',
      '#',
      '\\',
      '\t',
      '=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          expect(parseTrace(pieces.join('')).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(NotationError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
