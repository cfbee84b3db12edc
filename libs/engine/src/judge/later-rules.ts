import type { Epoch } from '../epoch.js';
import { violationId } from '../violation-id.js';
import type { NamedSpan } from './kept-spans.js';

/** Of the heap, about, for one id and for one trace. */
const ID_BYTES = 120;
const TRACE_BYTES = 250;

/**
 * Rules about one span alone that came, or came back, while a trace was open. The trace's home does not know what they see of a span: a copy that differs in
 * nothing to the home may differ to them, so they are asked about copies too. What they tell is remembered, so that a span that is
 * nothing but a copy is not told again (docs/decisions/0024).
 */
export class LaterRules {
  /** By row: what names the violations told. */
  private readonly told = new Map<number, Set<string>>();
  private ids = 0;

  /** Whether the match of a rule on a span of a trace that opened under another epoch is to be told: the home does not go on with it, and it was not. */
  isNews(ruleId: string, row: number, span: NamedSpan, home: Epoch): boolean {
    if (home.goesOn(ruleId)) return false;
    let told = this.told.get(row);
    if (told === undefined) this.told.set(row, (told = new Set()));
    const id = violationId(ruleId, '', span);
    if (told.has(id)) return false;
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
