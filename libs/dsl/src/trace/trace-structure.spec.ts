import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryRelatedTrace } from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { TraceStructure } from './trace-structure.js';

function structureOf(...spans: readonly PlainSpan[]) {
  const views = spans.map(viewOf);
  const structure = TraceStructure.of({ id: 'trace', spans: views, complete: true });
  const names = (found: readonly { readonly id: string }[]): string => found.map(({ id }) => id).join(' ');
  return {
    structure,
    at: (index: number) => views[index]!,
    ancestors: (index: number) => names(structure.ancestors(views[index]!)),
    descendants: (index: number) => names(structure.descendants(views[index]!)),
  };
}

describe('the structure of a trace', () => {
  it('follows from parent ids, in any order of arrival', () => {
    const { structure, at, ancestors, descendants } = structureOf({ id: 'c', parentId: 'b' }, { id: 'a' }, { id: 'b', parentId: 'a' });
    expect([ancestors(0), descendants(1), structure.depth]).toEqual(['b a', 'b c', 3]);
    expect(structure.parent(at(1))).toBeUndefined();
    expect(structure.children(at(2))).toEqual([at(0)]);
  });

  it('ends at a parent that was not seen, and at a span that names itself', () => {
    const { structure, at } = structureOf({ id: 'a', parentId: 'gone' }, { id: 'b', parentId: 'b' }, { id: 'c', parentId: 'a' });
    expect([structure.parent(at(0)), structure.parent(at(1)), structure.depth]).toEqual([undefined, undefined, 2]);
  });

  it('goes round a ring once', () => {
    const { structure, ancestors, descendants } = structureOf(
      { id: 'a', parentId: 'c' },
      { id: 'b', parentId: 'a' },
      { id: 'c', parentId: 'b' },
      { id: 'd', parentId: 'c' },
    );
    expect([ancestors(0), ancestors(3), descendants(0), structure.depth]).toEqual(['c b', 'c b a', 'b c d', 4]);
  });

  it('of a client and a server span with one id makes the client the parent, and gives each the children of its service', () => {
    const spans: readonly PlainSpan[] = [
      { id: 'call', parentId: 'root', kind: 'server', service: 'stock', name: 'server' },
      { id: 'root', service: 'shop' },
      { id: 'query', parentId: 'call', service: 'stock' },
      { id: 'call', parentId: 'root', kind: 'client', service: 'shop', name: 'client' },
      { id: 'dns', parentId: 'call', service: 'shop' },
      { id: 'proxy', parentId: 'call', service: 'mesh' },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...spans], { minLength: spans.length }), (shuffled) => {
        const { structure, at } = structureOf(...shuffled);
        const above = Object.fromEntries(
          shuffled.map(({ id, name }, i) => [name ?? id, structure.parent(at(i))?.name || structure.parent(at(i))?.id]),
        );
        expect(above).toEqual({ server: 'client', client: 'root', root: undefined, query: 'server', dns: 'client', proxy: 'server' });
        expect(structure.depth).toBe(4);
      }),
    );
  });

  it('has no depth without spans', () => {
    expect(structureOf().structure.depth).toBe(0);
  });

  it('is as deep as some span has ancestors, and one', () => {
    fc.assert(
      fc.property(arbitraryRelatedTrace, (trace) => {
        const structure = TraceStructure.of(trace);
        expect(structure.depth).toBe(Math.max(0, ...trace.spans.map((span) => structure.ancestors(span).length + 1)));
      }),
    );
  });

  it('numbers ancestors as the paths up do', () => {
    fc.assert(
      fc.property(arbitraryRelatedTrace, (trace) => {
        const structure = TraceStructure.of(trace);
        const { intervals } = structure;
        for (const [index, span] of trace.spans.entries()) {
          const above = structure.ancestors(span);
          expect(trace.spans.filter((other) => other !== span && structure.isAncestor(other, span))).toEqual(
            trace.spans.filter((other) => above.includes(other)),
          );
          expect([intervals.ancestorsOf(index), intervals.descendantsOf(index)]).toEqual([
            above.length,
            structure.descendants(span).length,
          ]);
        }
      }),
    );
  });

  it('of a chain of 30,000 spans is computed in linear time', () => {
    const spans = Array.from({ length: 30_000 }, (_, index) => ({ id: `${index}`, parentId: index === 0 ? '' : `${index - 1}` }));
    expect(structureOf(...spans.reverse()).structure.depth).toBe(30_000);
  });
});
