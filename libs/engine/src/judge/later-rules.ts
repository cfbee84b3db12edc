import type { Epoch } from '../epoch.js';
import type { RuleDefinition } from '../settings.js';
import { violationId } from '../violation-id.js';
import type { NamedSpan } from './kept-spans.js';

/** Of the heap, about, for one id and for one trace. */
const ID_BYTES = 120;
const TRACE_BYTES = 250;

/** A span that comes under one epoch to a trace of another. */
export interface Guest {
  /** The epoch under which the trace opened: it tells copies of a span from other forms of it. */
  readonly home: Epoch;
  /** The home knows this form of the span. */
  readonly isCopy: boolean;
}

/**
 * Rules about one span alone that came, or came back, while a trace was open. The trace's home does not know what they see of a span: a copy that differs in
 * nothing to the home may differ to them, so they are asked about copies too. What they tell is remembered, so that a span that is
 * nothing but a copy is not told again (docs/decisions/0024).
 */
export class LaterRules {
  /** By row: what names the violations told. */
  private readonly told = new Map<number, Set<string>>();
  private ids = 0;

  /** Whether the match of a rule on a span is to be told. */
  isNews(rule: RuleDefinition, row: number, span: NamedSpan, { home, isCopy }: Guest): boolean {
    if (home.judgedAll(rule)) return !isCopy;
    let told = this.told.get(row);
    if (told === undefined) this.told.set(row, (told = new Set()));
    const id = violationId(rule.id, '', span);
    if (told.has(id)) return !isCopy;
    told.add(id);
    this.ids++;
    return true;
  }

  /** The trace is forgotten. */
  forget(row: number): void {
    if (this.told.size === 0) return;
    this.ids -= this.told.get(row)?.size ?? 0;
    this.told.delete(row);
  }

  /** Bytes in use, about. */
  get bytes(): number {
    return this.ids * ID_BYTES + this.told.size * TRACE_BYTES;
  }
}
