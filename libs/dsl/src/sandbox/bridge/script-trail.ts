import type { SpanView } from '../../trace/span-view.js';
import type { Value } from '../../values/value.js';
import type { PlaceKey, ScriptMarks } from './script-marks.js';
import { textOfBytes } from './stack.js';

/** The last recorded value of an expression, with its time. */
interface Seen {
  /** Texts stay as Lua strings, because most are never shown. */
  readonly value: SeenValue;
  readonly at: number;
  /** The time of the previous record: later entries belong to this evaluation. */
  readonly before: number;
}

export type SeenValue =
  | { readonly scalar: Value }
  | { readonly bytes: Uint8Array }
  | { readonly span: SpanView }
  | { readonly table: true };

interface Changes {
  readonly all: SpanView[];
  readonly byKey: Map<string, SpanView[]>;
}

/** The number of spans to keep per variable or table entry. */
const MAX_SPANS = 1_000;

/** The recorded events of an observed run. */
export class ScriptTrail {
  private readonly seen: Seen[] = [];
  private readonly changed = new Map<string, Changes>();
  private clock = 0;
  /** The `return` that ended the run, and the spans in variables at that point, the innermost first. */
  end: { readonly number: number; readonly spans: readonly SpanView[] } | undefined;

  constructor(private readonly marks: ScriptMarks) {}

  see(number: number, value: SeenValue): void {
    this.clock++;
    this.seen[number] = { value, at: this.clock, before: this.seen[number]?.at ?? 0 };
  }

  arrive(number: number, spans: readonly SpanView[]): void {
    this.end = { number, spans: spans.toReversed() };
  }

  change(number: number, spans: readonly SpanView[]): void {
    const change = this.marks.changes[number];
    if (change === undefined) return;
    if (change.isFirst) this.changed.delete(change.variable);
    const span = spans.at(-1);
    if (span === undefined) return;
    let changes = this.changed.get(change.variable);
    if (changes === undefined) this.changed.set(change.variable, (changes = { all: [], byKey: new Map() }));
    addTo(changes.all, span);
    const key = change.key === undefined ? undefined : this.keyText(change.key);
    if (key === undefined) return;
    const ofKey = changes.byKey.get(key);
    if (ofKey !== undefined) addTo(ofKey, span);
    else if (changes.byKey.size < MAX_SPANS) changes.byKey.set(key, [span]);
  }

  /** The spans at which a variable, or an entry of its table, was changed, in order. */
  changesOf(variable: string, key?: PlaceKey): readonly SpanView[] {
    const changes = this.changed.get(variable);
    if (changes === undefined || key === undefined) return changes?.all ?? [];
    const text = this.keyText(key);
    return text === undefined ? [] : (changes.byKey.get(text) ?? []);
  }

  private keyText(key: PlaceKey): string | undefined {
    if ('name' in key) return `text ${key.name}`;
    const value = this.seenAs(this.marks.expressions.get(key.expression))?.value;
    if (value === undefined || 'table' in value) return undefined;
    if ('bytes' in value) return `text ${textOfBytes(value.bytes)}`;
    return 'span' in value ? `span ${value.span.id} ${value.span.kind}` : `${typeof value.scalar} ${value.scalar}`;
  }

  seenAs(number: number | undefined): Seen | undefined {
    return number === undefined ? undefined : this.seen[number];
  }
}

function addTo(spans: SpanView[], span: SpanView): void {
  if (spans.at(-1) !== span && spans.length < MAX_SPANS) spans.push(span);
}
