import { LineCounter, type Scalar } from 'yaml';

export interface FilePlace {
  readonly line: number;
  readonly column: number;
}

/** The place in the file of each character of a YAML scalar, in every style: plain, quoted, block. */
export class ScalarPlaces {
  readonly #offsets: readonly number[];
  readonly #lines = new LineCounter();
  /** Whether a YAML comment follows the unquoted text. It may have been meant as a part of it. */
  readonly isCutByComment: boolean;

  constructor(
    scalar: Scalar,
    readonly value: string,
    source: string,
  ) {
    const [start, end] = scalar.range ?? [0, 0];
    this.#offsets = align(source.slice(start, end), value, isBlock(scalar)).map((offset) => offset + start);
    this.isCutByComment = scalar.type === 'PLAIN' && /^[ \t]*#/.test(source.slice(end, end + 200));
    this.#lines.addNewLine(0);
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) this.#lines.addNewLine(at + 1);
  }

  /** The place of the value's character at `offset`; at its length, the place after the last character. */
  place(offset: number): FilePlace {
    const last = this.#offsets.length - 1;
    const at = offset > last ? (this.#offsets[last] ?? 0) + 1 : (this.#offsets[Math.max(0, offset)] ?? 0);
    const { line, col } = this.#lines.linePos(at);
    return { line, column: col };
  }
}

export function isBlock({ type }: Scalar): boolean {
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
}

/** The raw offset of each character of the value. Raw text and value differ only in indentation, folding and escapes. */
function align(raw: string, value: string, block: boolean): number[] {
  const offsets: number[] = [];
  let at = block ? raw.indexOf('\n') + 1 : /^["']/.test(raw) ? 1 : 0;
  const quote = block ? '' : (/^["']/.exec(raw)?.[0] ?? '');
  for (const unit of value.split('')) {
    while (raw[at] !== unit && /\s/.test(raw[at] ?? '')) at++;
    offsets.push(Math.min(at, raw.length));
    if (raw[at] === unit && unit !== '\\') at += quote === "'" && unit === "'" ? 2 : 1;
    else if (raw[at] === '\\' && quote === '"') at += escapeLength(raw, at);
    else if (raw[at] === unit) at++;
    // A folded line break stands for this space; the next character skips its indentation.
  }
  return offsets;
}

function escapeLength(raw: string, at: number): number {
  return { x: 4, u: 6, U: 10 }[raw[at + 1] ?? ''] ?? 2;
}
