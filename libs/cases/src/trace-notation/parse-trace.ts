import { NotationError } from './notation-error.js';
import { type SpanLine, spanLine } from './span-line.js';
import { wordsOf } from './words.js';

/** A span of the notation with its place in the tree; times are nanoseconds since 1970. */
export interface NotedSpan extends SpanLine {
  readonly id: string;
  readonly parentId: string;
  readonly service: string;
  start: bigint;
  end: bigint;
}

/** The start of the first span: an arbitrary day, so that times look real. */
const BEGIN = 1_700_000_000_000_000_000n;
/** The default duration of a span without children. */
const SHORT = 1_000_000n;

interface Open {
  readonly indent: number;
  readonly span: NotedSpan;
  /** The default start of its next child. */
  next: bigint;
  /** The latest end of its children so far. */
  childrenEnd: bigint;
  readonly repeated: boolean;
}

/**
 * Reads a trace as a tree of lines, a span each, children indented:
 *
 *     checkout 120ms service=shop kind=server
 *       charge 20ms +10ms payment.amount=1500 status=error
 *
 * `+10ms` is the start after the parent's start; without it a span starts when its elder sibling ends. Without a duration it lasts as long as its children,
 * or 1 ms. `*51` stands for 51 spans, one after the other. Spans in order of lines. Throws a NotationError.
 */
export function parseTrace(text: string): readonly NotedSpan[] {
  return new TraceParser().parse(text);
}

class TraceParser {
  private readonly spans: NotedSpan[] = [];
  private readonly open: Open[] = [];
  private readonly ids = new Set<string>();
  private rootsNext = BEGIN;

  parse(text: string): readonly NotedSpan[] {
    let offset = 0;
    for (const line of text.split('\n')) {
      this.line(line.replace(/\r$/, ''), offset);
      offset += line.length + 1;
    }
    while (this.open.length > 0) this.close();
    if (this.spans.length === 0) throw new NotationError('the trace has no span: write one per line', 0);
    return this.spans;
  }

  private line(line: string, offset: number): void {
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    const words = wordsOf(line, offset);
    if (words.length === 0) return;
    if (indent.includes('\t')) throw new NotationError('indent with spaces: a tab has no certain width', offset);
    while ((this.open.at(-1)?.indent ?? -1) >= indent.length) this.close();
    this.checkIndent(indent.length, offset);
    const parent = this.open.at(-1);
    const noted = spanLine(words, offset + indent.length);
    if (parent?.repeated === true) throw new NotationError('a repeated span has no children', offset + indent.length);
    for (let n = noted.times ?? 1; n > 0; n--) {
      const { repeated } = this.add(noted, indent.length, offset + indent.length, parent);
      if (repeated && n > 1) this.close();
    }
  }

  /** One span of a line; it is open until a line without deeper indentation comes. */
  private add(noted: SpanLine, indent: number, offset: number, parent: Open | undefined): Open {
    const base = noted.offset === undefined ? (parent?.next ?? this.rootsNext) : (parent?.span.start ?? BEGIN) + noted.offset;
    const span = {
      ...noted,
      id: this.idOf(noted, offset),
      parentId: noted.parent ?? parent?.span.id ?? '',
      service: noted.service ?? parent?.span.service ?? '',
      start: base,
      end: base + (noted.duration ?? 0n),
    };
    const opened = { indent, span, next: base, childrenEnd: base, repeated: noted.times !== undefined };
    this.spans.push(span);
    this.open.push(opened);
    return opened;
  }

  /** A line with less indentation must match that of an earlier one. */
  private checkIndent(indent: number, offset: number): void {
    const levels = this.levels;
    while (levels.length > this.open.length + 1) levels.pop();
    const level = levels[this.open.length];
    if (level !== undefined && level !== indent) {
      throw new NotationError(`this line is indented by ${indent} spaces, its siblings by ${level}`, offset + indent);
    }
    levels[this.open.length] = indent;
  }

  private readonly levels: number[] = [];

  private idOf({ id, name }: SpanLine, offset: number): string {
    if (id !== undefined && this.ids.has(id)) throw new NotationError(`the id '${id}' is taken by an earlier span`, offset);
    let free = id ?? name;
    for (let n = 2; this.ids.has(free); n++) free = `${name}#${n}`;
    this.ids.add(free);
    return free;
  }

  /** All children are known: sets its duration, and the start of the next span. */
  private close(): void {
    const { span, childrenEnd } = this.open.pop() as Open;
    if (span.duration === undefined) span.end = childrenEnd > span.start ? childrenEnd : span.start + SHORT;
    const parent = this.open.at(-1);
    if (parent === undefined) this.rootsNext = span.end;
    else {
      parent.next = span.end;
      if (span.end > parent.childrenEnd) parent.childrenEnd = span.end;
    }
  }
}
