import type { SpanAxis } from '../tree/span-relation.js';
import { SpanIntervals } from './span-intervals.js';
import { isServer, wireIdOf, wireParentIdOf } from './span-rank.js';
import type { SpanView, TraceView } from './span-view.js';

/**
 * Parents and links within a trace, built once per trace at first use. A parent that the trace has not seen does not count; a span that names itself has none; a
 * ring of parents ends where it began.
 *
 * A client and a server span may share an id (Zipkin, B3). Then the client span is the parent of the server span, regardless of the parent that the latter
 * names. A span that names or links to their id means the one of its own service, else the server span.
 */
export class TraceStructure {
  /** By wire id; server spans separately. */
  private readonly byId = new Map<string, SpanView>();
  private readonly servers = new Map<string, SpanView>();
  private readonly parents = new Map<SpanView, SpanView | null>();
  private readonly childrenOf = new Map<SpanView, SpanView[]>();
  private readonly causes = new Map<SpanView, PaidCauses>();
  /** Some span links to another of this trace. */
  readonly hasLinks: boolean;
  /**
   * The number of spans visited on paths. Each evaluation is charged for all its questions, cached or not. Otherwise a rule's budget would depend on the
   * other rules.
   */
  visits = 0;
  private asking: object | undefined;

  private constructor(private readonly trace: TraceView) {
    for (const span of trace.spans) {
      const known = isServer(span) ? this.servers : this.byId;
      const id = wireIdOf(span);
      if (!known.has(id)) known.set(id, span);
    }
    for (const span of trace.spans) {
      const parent = this.parentOf(span);
      this.parents.set(span, parent ?? null);
      if (parent === undefined) continue;
      const siblings = this.childrenOf.get(parent);
      if (siblings === undefined) this.childrenOf.set(parent, [span]);
      else siblings.push(span);
    }
    this.hasLinks = trace.spans.some((span) => this.linked(span).length > 0);
  }

  private severalServices: boolean | undefined;

  /** There are clocks that may differ. */
  get hasSeveralServices(): boolean {
    this.severalServices ??= this.trace.spans.some(({ service }) => service !== this.trace.spans[0]?.service);
    return this.severalServices;
  }

  private static readonly known = new WeakMap<TraceView, TraceStructure>();

  /** @param evaluation the evaluation that is charged for the visits */
  static of(trace: TraceView, evaluation?: object): TraceStructure {
    let structure = TraceStructure.known.get(trace);
    if (structure === undefined) TraceStructure.known.set(trace, (structure = new TraceStructure(trace)));
    if (evaluation !== undefined) structure.asking = evaluation;
    return structure;
  }

  parent(span: SpanView): SpanView | undefined {
    const parent = this.parents.get(span);
    return parent === undefined ? this.parentOf(span) : (parent ?? undefined);
  }

  private parentOf(span: SpanView): SpanView | undefined {
    const caller = isServer(span) ? this.byId.get(wireIdOf(span)) : undefined;
    if (caller !== undefined) return caller;
    const parentId = wireParentIdOf(span);
    const parent = parentId === '' ? undefined : this.named(parentId, span);
    return parent === span || (parent !== undefined && wireIdOf(parent) === wireIdOf(span)) ? undefined : parent;
  }

  /** The span that `from` means by an id. */
  private named(id: string, from: SpanView): SpanView | undefined {
    const client = this.byId.get(id);
    const server = this.servers.get(id);
    if (client === undefined || server === undefined) return client ?? server;
    return client.service === from.service && server.service !== from.service ? client : server;
  }

  children(span: SpanView): readonly SpanView[] {
    return this.childrenOf.get(span) ?? [];
  }

  /** The parent first. */
  ancestors(span: SpanView): readonly SpanView[] {
    const found = new Set<SpanView>();
    for (let above = this.parent(span); above !== undefined && above !== span && !found.has(above); above = this.parent(above)) {
      this.visits++;
      found.add(above);
    }
    return [...found];
  }

  /** Level by level. */
  descendants(span: SpanView): readonly SpanView[] {
    const found = new Set(this.children(span));
    for (const below of found) for (const child of this.children(below)) if (child !== span) found.add(child);
    this.visits += found.size;
    return [...found];
  }

  relatives(axis: SpanAxis, span: SpanView): readonly SpanView[] {
    return this[axis](span);
  }

  isAncestor(above: SpanView, span: SpanView): boolean {
    const { intervals } = this;
    this.visits++;
    const top = intervals.indexOf.get(above);
    const bottom = intervals.indexOf.get(span);
    if (top === undefined) return false;
    if (bottom !== undefined) return intervals.isAncestor(top, bottom);
    // A view of another trace object: its parent is such a view too.
    const parent = this.parent(span);
    return parent !== undefined && (parent === above || this.isAncestor(above, parent));
  }

  private numbered: SpanIntervals | undefined;

  /** Answers ancestry in constant time. Made at first use. */
  get intervals(): SpanIntervals {
    this.numbered ??= new SpanIntervals(this.trace.spans, (span) => this.parent(span));
    return this.numbered;
  }

  /** Spans on the longest path up. Every span's height is computed once. */
  get depth(): number {
    const depths = new Map<SpanView, number>();
    let deepest = 0;
    for (const span of this.trace.spans) {
      const way: SpanView[] = [];
      const onWay = new Set<SpanView>();
      let at: SpanView | undefined = span;
      for (; at !== undefined && !depths.has(at) && !onWay.has(at); at = this.parent(at)) {
        way.push(at);
        onWay.add(at);
      }
      // A ring has no top: its spans are as deep as it is long, and spans below count from there.
      const ring = at !== undefined && onWay.has(at) ? way.splice(way.indexOf(at)) : [];
      for (const member of ring) depths.set(member, ring.length);
      const top: SpanView | undefined = ring[0] ?? at;
      let depth = top === undefined ? 0 : (depths.get(top) ?? 0);
      for (const member of way.reverse()) depths.set(member, ++depth);
      deepest = Math.max(deepest, depths.get(span) ?? 0);
    }
    return deepest;
  }

  /** The spans of this trace that a span links to. */
  linked(span: SpanView): readonly SpanView[] {
    if (span.links.length === 0) return [];
    return span.links.flatMap((link) => {
      const isOwnTrace = (link.wireTraceId ?? link.traceId) === (span.wireTraceId ?? span.traceId);
      const target = isOwnTrace ? this.named(link.wireSpanId ?? link.spanId, span) : undefined;
      return target === undefined || target === span ? [] : [target];
    });
  }

  /** All causes of a span: its parent and the spans that it links to, recursively. */
  causesOf(span: SpanView): Causes {
    let causes = this.causes.get(span);
    if (causes === undefined) this.causes.set(span, (causes = this.findCauses(span)));
    if (causes.paidBy !== this.asking || this.asking === undefined) {
      causes.paidBy = this.asking;
      this.visits += causes.visits;
    }
    return causes;
  }

  private findCauses(span: SpanView): PaidCauses {
    let visits = 0;
    const all = new Set<SpanView>();
    const linked = new Set<SpanView>();
    const visit = (cause: SpanView | undefined): void => {
      if (cause !== undefined && cause !== span) all.add(cause);
    };
    const expand = (from: SpanView): void => {
      visits += 1 + from.links.length;
      visit(this.parent(from));
      for (const target of this.linked(from)) {
        if (target !== span) linked.add(target);
        visit(target);
      }
    };
    expand(span);
    for (const cause of all) expand(cause);
    return { all, linked, visits, paidBy: undefined };
  }
}

/** `linked`: those whose last step is a link; their work had ended when the span began. */
export interface Causes {
  readonly all: ReadonlySet<SpanView>;
  readonly linked: ReadonlySet<SpanView>;
}

interface PaidCauses extends Causes {
  /** The cost of finding them, and the evaluation that was charged. */
  readonly visits: number;
  paidBy: object | undefined;
}
