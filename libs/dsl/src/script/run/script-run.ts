import { AttributesHandle, RelativesHandle, TraceHandle } from '../../sandbox/bridge/handles.js';
import { readTable, rootOf, servicesOf, traceDuration } from '../../trace/span-values.js';
import type { SpanView, TraceView } from '../../trace/span-view.js';
import { TraceStructure } from '../../trace/trace-structure.js';

/** Thrown where only the sandbox knows the result. A shared object: creating one takes longer than most scripts. */
export const BAIL_OUT = new Error('the sandbox must run this script');

export function bailOut(): never {
  throw BAIL_OUT;
}

/** Maximum depth of nested calls: the sandbox's stack has room for at least this many. */
export const MAX_DEPTH = 60;

/**
 * One evaluation of a compiled script: its trace, derived objects, and remaining steps. The count is an upper bound for the sandbox's: blocks are
 * charged before they run, strings by length when read or created.
 */
export class ScriptRun {
  /** May fall below 0 between loops and at the end: then the sandbox decides whether the budget was exceeded. */
  left = 0;
  depth = 0;
  trace: TraceView = NO_TRACE;
  private known: TraceStructure | undefined;
  /** The span whose parent was read last: `s.parent and s.parent.name` reads it twice. */
  private child: SpanView | undefined;
  private parentOfChild: SpanView | undefined;
  private readonly made = new Map<object, Map<string, unknown>>();

  start(trace: TraceView): void {
    if (trace !== this.trace) {
      this.known = undefined;
      this.child = undefined;
      this.parentOfChild = undefined;
    }
    this.trace = trace;
    this.depth = 0;
    if (this.made.size > 0) this.made.clear();
  }

  /** Releases the trace. */
  end(): void {
    this.start(NO_TRACE);
  }

  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw BAIL_OUT;
  }

  /** Charges a string that is read or created: at most three bytes per UTF-16 unit, sixteen bytes per step. */
  text(text: string): string {
    this.left -= (text.length + 3) >> 2;
    return text;
  }

  get handle(): TraceHandle {
    return this.once(this.trace, 'trace', () => new TraceHandle(this.trace));
  }

  get structure(): TraceStructure {
    this.known ??= TraceStructure.of(this.trace);
    return this.known;
  }

  root(): SpanView | undefined {
    return this.fact('root', () => rootOf(this.trace));
  }

  services(): readonly string[] {
    return this.fact('services', () => servicesOf(this.trace));
  }

  duration(): number | bigint {
    return this.fact('duration', () => traceDuration(this.trace));
  }

  traceDepth(): number {
    return this.fact('depth', () => this.structure.depth);
  }

  parent(span: SpanView): SpanView | undefined {
    if (span !== this.child) {
      this.parentOfChild = this.structure.parent(span);
      this.child = span;
    }
    return this.parentOfChild;
  }

  attributes(span: SpanView, table: 'attributes' | 'resource'): AttributesHandle {
    return this.once(span, table, () => new AttributesHandle(span, table));
  }

  table(span: SpanView, table: 'events' | 'links' | 'scope'): object {
    return this.once(span, table, () => readTable(span, table) as object);
  }

  relatives(span: SpanView, axis: 'children' | 'descendants' | 'ancestors'): RelativesHandle {
    return this.once(span, axis, () => new RelativesHandle(axis, span));
  }

  /** Charges a walk through the trace by the spans that it visits. */
  walking<T>(ask: (structure: TraceStructure) => T): T {
    const { structure } = this;
    const before = structure.visits;
    const answer = ask(structure);
    this.spend(structure.visits - before);
    return answer;
  }

  private fact<T>(name: string, find: () => T): T {
    return this.once(this.trace, name, () => {
      this.spend(this.trace.spans.length);
      return find();
    });
  }

  /** Returns the same object for the same owner and name during an evaluation. */
  private once<T>(owner: object, name: string, make: () => T): T {
    let made = this.made.get(owner);
    if (made === undefined) this.made.set(owner, (made = new Map()));
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  }
}

const NO_TRACE: TraceView = { id: '', spans: [], complete: false };
