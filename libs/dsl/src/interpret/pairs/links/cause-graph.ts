import type { SpanView } from '../../../trace/span-view.js';
import type { TraceStructure } from '../../../trace/trace-structure.js';

/**
 * The causes of a trace's spans, by parents and links, as a graph without cycles: spans in a cycle form one component. Components are numbered so that each
 * depends only on smaller numbers.
 */
export class CauseGraph {
  /** The component of the span at each position of the trace. */
  readonly componentOf: Int32Array;
  readonly components: number;
  /** The direct causes of component c are `causes` from `causesFrom[c]` up to `causesFrom[c + 1]`, each once. */
  readonly causesFrom: Int32Array;
  readonly causes: Int32Array;
  /** Likewise the positions of the spans that its spans link to, including its own. */
  readonly linksFrom: Int32Array;
  readonly links: Int32Array;

  private constructor(spans: readonly SpanView[], structure: TraceStructure) {
    const given = new Given(spans, structure);
    const { componentOf, components } = contracted(given);
    this.componentOf = componentOf;
    this.components = components;
    const members = grouped(componentOf, components);
    this.causesFrom = new Int32Array(components + 1);
    this.linksFrom = new Int32Array(components + 1);
    const causes: number[] = [];
    const links: number[] = [];
    const causeOf = new Int32Array(components).fill(-1);
    const linkOf = new Int32Array(spans.length).fill(-1);
    for (let component = 0; component < components; component++) {
      for (let at = members.from[component]!; at < members.from[component + 1]!; at++) {
        const span = members.spans[at]!;
        for (let edge = given.from[span]!; edge < given.from[span + 1]!; edge++) {
          const target = given.targets[edge]!;
          const cause = componentOf[target]!;
          if (cause !== component && causeOf[cause] !== component) {
            causeOf[cause] = component;
            causes.push(cause);
          }
          if (edge >= given.firstLink[span]! && linkOf[target] !== component) {
            linkOf[target] = component;
            links.push(target);
          }
        }
      }
      this.causesFrom[component + 1] = causes.length;
      this.linksFrom[component + 1] = links.length;
    }
    this.causes = Int32Array.from(causes);
    this.links = Int32Array.from(links);
  }

  private static readonly known = new WeakMap<TraceStructure, CauseGraph>();

  /** Built once per trace, at first use. */
  static of(spans: readonly SpanView[], structure: TraceStructure): CauseGraph {
    let graph = CauseGraph.known.get(structure);
    if (graph === undefined) CauseGraph.known.set(structure, (graph = new CauseGraph(spans, structure)));
    return graph;
  }

  /** Edges and components: the cost of one walk through all of it. */
  get size(): number {
    return this.components + this.causes.length + this.links.length;
  }
}

/** Parents and links by position: of each span the parent first, then the spans that it links to. */
class Given {
  readonly from: Int32Array;
  readonly firstLink: Int32Array;
  readonly targets: Int32Array;

  constructor(spans: readonly SpanView[], structure: TraceStructure) {
    const { indexOf } = structure.intervals;
    this.from = new Int32Array(spans.length + 1);
    this.firstLink = new Int32Array(spans.length);
    const targets: number[] = [];
    const add = (target: SpanView): void => {
      const position = indexOf.get(target);
      if (position !== undefined) targets.push(position);
    };
    spans.forEach((span, position) => {
      const parent = structure.parent(span);
      if (parent !== undefined) add(parent);
      this.firstLink[position] = targets.length;
      for (const target of structure.linked(span)) add(target);
      this.from[position + 1] = targets.length;
    });
    this.targets = Int32Array.from(targets);
  }
}

/** Strongly connected components (Tarjan), without recursion: traces may be as deep as they are large. */
function contracted({ from, targets }: Given): { readonly componentOf: Int32Array; readonly components: number } {
  const size = from.length - 1;
  const componentOf = new Int32Array(size).fill(-1);
  const reached = new Int32Array(size).fill(-1);
  const lowest = new Int32Array(size);
  const next = Int32Array.from(from.subarray(0, size));
  const open: number[] = [];
  const way: number[] = [];
  let count = 0;
  let components = 0;
  const enter = (span: number): void => {
    reached[span] = lowest[span] = count++;
    open.push(span);
    way.push(span);
  };
  for (let first = 0; first < size; first++) {
    if (reached[first]! >= 0) continue;
    enter(first);
    while (way.length > 0) {
      const span = way.at(-1)!;
      if (next[span]! < from[span + 1]!) {
        const target = targets[next[span]!++]!;
        if (reached[target]! < 0) enter(target);
        else if (componentOf[target]! < 0) lowest[span] = Math.min(lowest[span]!, reached[target]!);
        continue;
      }
      way.pop();
      const above = way.at(-1);
      if (above !== undefined) lowest[above] = Math.min(lowest[above]!, lowest[span]!);
      if (lowest[span] !== reached[span]) continue;
      for (let member = -1; member !== span; ) {
        member = open.pop()!;
        componentOf[member] = components;
      }
      components++;
    }
  }
  return { componentOf, components };
}

/** The spans of all components, component by component. */
function grouped(componentOf: Int32Array, components: number): { readonly from: Int32Array; readonly spans: Int32Array } {
  const from = new Int32Array(components + 1);
  for (const component of componentOf) from[component + 1]!++;
  for (let component = 0; component < components; component++) from[component + 1]! += from[component]!;
  const next = Int32Array.from(from);
  const spans = new Int32Array(componentOf.length);
  for (let span = 0; span < componentOf.length; span++) spans[next[componentOf[span]!]!++] = span;
  return { from, spans };
}
