import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from 'yaml';
import type { JsonValue } from '#otlp';
import { suggest } from '#platform';
import { type Finding, findingAt } from '../finding/finding.js';
import type { FilePlace } from '../finding/scalar-places.js';
import { ScalarPlaces } from '../finding/scalar-places.js';
import type { CliProblemCode } from '../problems.js';

/** A value of the file with its name in messages. */
export interface Item {
  readonly node: Node;
  readonly where: string;
}

/** Maximum of values that aliases expand to, in addition to the written ones; more is an attack on the reader. */
const MAX_NODES = 20_000;
const MAX_DEPTH = 64;

/** Parses a YAML 1.2 (or JSON) document, and collects every mistake with its place. Integers keep all their digits. */
export class YamlReader {
  readonly findings: Finding[] = [];
  private readonly lines = new LineCounter();
  private readonly document;
  private nodes = 0;
  /** The traces were not read completely, so no conclusions about them are possible. */
  isTooLarge = false;

  constructor(
    readonly file: string,
    readonly source: string,
  ) {
    this.document = parseDocument(source, { lineCounter: this.lines, intAsBigInt: true, prettyErrors: false, keepSourceTokens: false });
    for (const { message, pos } of [...this.document.errors, ...this.document.warnings]) {
      this.findings.push(findingAt(file, this.placeAt(pos[0]), 'BT_CLI_YAML', { reason: message }));
    }
  }

  /** The whole document; undefined when it is empty or cannot be parsed. */
  get root(): Item | undefined {
    const { contents } = this.document;
    return this.document.errors.length > 0 || contents === null ? undefined : { node: contents as Node, where: 'the file' };
  }

  placeAt(offset: number): FilePlace {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: Math.max(1, col) };
  }

  placeOf({ node }: Item): FilePlace {
    return this.placeAt(node.range?.[0] ?? 0);
  }

  fail(item: Item, code: CliProblemCode, values: Readonly<Record<string, string>>): undefined {
    this.findings.push(findingAt(this.file, this.placeOf(item), code, values));
    return undefined;
  }

  wrong(item: Item, expected: string): undefined {
    return this.fail(item, 'BT_CLI_WRONG_VALUE', { key: item.where, expected, found: describe(this.followed(item).node) });
  }

  /** The entries of a map; only `keys` are allowed. */
  map(item: Item, keys: readonly string[]): ReadonlyMap<string, Item> | undefined {
    const { node, where } = this.followed(item);
    if (!isMap(node)) return this.wrong(item, 'a map');
    const entries = new Map<string, Item>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '?';
      const at = { node: isScalar(key) ? key : item.node, where };
      if (!keys.includes(name)) this.fail(at, 'BT_CLI_UNKNOWN_KEY', { key: name, where, known: keys.join(', ') });
      else if (isNode(value) && !(isScalar(value) && value.value === null)) entries.set(name, { node: value, where: name });
    }
    return entries;
  }

  /** The first of some keys that a map has, with its place. */
  foreignKey(item: Item, keys: readonly string[]): { readonly key: string; readonly item: Item } | undefined {
    const { node, where } = this.followed(item);
    if (!isMap(node)) return undefined;
    const found = node.items.find(({ key }) => isScalar(key) && keys.includes(String(key.value)))?.key;
    return isScalar(found) ? { key: String(found.value), item: { node: found, where } } : undefined;
  }

  list(item: Item): readonly Item[] | undefined {
    const { node, where } = this.followed(item);
    if (!isSeq(node)) return this.wrong(item, 'a list');
    return node.items.filter(isNode).map((inner, index) => ({ node: inner, where: `${where}[${index}]` }));
  }

  text(item: Item): string | undefined {
    const { node } = this.followed(item);
    return isScalar(node) && typeof node.value === 'string' ? node.value : this.wrong(item, 'a text');
  }

  textPlaces(item: Item): ScalarPlaces | undefined {
    const text = this.text(item);
    return text === undefined ? undefined : new ScalarPlaces(this.followed(item).node as Scalar, text, this.source);
  }

  boolean(item: Item): boolean | undefined {
    const { node } = this.followed(item);
    return isScalar(node) && typeof node.value === 'boolean' ? node.value : this.wrong(item, 'true or false');
  }

  oneOf<T extends string>(item: Item, words: readonly T[]): T | undefined {
    const { node } = this.followed(item);
    const value = isScalar(node) ? node.value : undefined;
    const found = words.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    const meant = typeof value === 'string' ? (words.find((candidate) => isLike(candidate, value)) ?? suggest(value, words)) : undefined;
    this.findings.push({
      ...findingAt(this.file, this.placeOf(item), 'BT_CLI_WRONG_VALUE', {
        key: item.where,
        expected: `one of ${words.join(', ')}`,
        found: describe(node),
      }),
      ...(meant === undefined ? {} : { suggestion: meant }),
    });
    return undefined;
  }

  isList(item: Item): boolean {
    return isSeq(this.followed(item).node);
  }

  isMap(item: Item): boolean {
    return isMap(this.followed(item).node);
  }

  /** The item at a path in a list or map, or the last existing one on the way. */
  find(item: Item, path: readonly (string | number)[]): Item {
    let found = this.followed(item);
    for (const step of path) {
      const { node } = this.followed(found);
      const next = isSeq(node) || isMap(node) ? node.get(step, true) : undefined;
      if (!isNode(next)) break;
      found = { node: next, where: found.where };
    }
    return found;
  }

  /** Any value, as JSON. */
  json(item: Item, depth = 0): JsonValue {
    const { node } = this.followed(item);
    // A document without aliases has fewer values than characters.
    const max = MAX_NODES + this.source.length;
    if (++this.nodes > max || depth > MAX_DEPTH) {
      // Reported once: the rest is not read either.
      if (this.isTooLarge) return null;
      this.isTooLarge = true;
      const limit = depth > MAX_DEPTH ? `nested deeper than ${MAX_DEPTH} levels` : `of more than ${max.toLocaleString('en')} values`;
      this.fail(item, 'BT_CLI_TOO_LARGE', { key: item.where, limit });
      return null;
    }
    const inner = (value: unknown): JsonValue => (isNode(value) ? this.json({ node: value, where: item.where }, depth + 1) : null);
    if (this.isTooLarge) return null;
    if (isSeq(node)) return node.items.map(inner);
    if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [String(isScalar(key) ? key.value : key), inner(value)]));
    return isScalar(node) ? scalarJson(node.value) : null;
  }

  private followed(item: Item): Item {
    const target = isAlias(item.node) ? item.node.resolve(this.document) : item.node;
    return { node: target ?? new Scalar(null), where: item.where };
  }
}

/** Whether a text differs from a known word only in case or separators: `High` and HIGH, `no-match` and no_match. */
function isLike(known: string, written: string): boolean {
  const plain = (text: string): string =>
    text
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, '_');
  return plain(known) === plain(written);
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function scalarJson(value: unknown): JsonValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function describe(node: Node): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node) ? node.value : null;
  return value === null ? 'empty' : typeof value === 'string' ? JSON.stringify(value) : String(value);
}
