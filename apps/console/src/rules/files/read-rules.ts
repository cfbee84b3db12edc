import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [name: string]: Json };
type JsonRecord = { readonly [name: string]: Json };

/** The rules of a text as `POST /v1/rules/import` takes them, and their places. */
export interface ReadRules {
  readonly rules: readonly JsonRecord[];
  /** The line of the text at which a path of the API's answer (`rules[2].expression`) stands; `inner` is a line within that value. */
  readonly lineOf: (path: string, inner?: number) => number | undefined;
}

/** Members that only rules of the Go version have. */
const GO_KEYS = ['condition', 'example_violation', 'compliance_frameworks'];
/** Deeper nesting is not a rule, or an alias of itself. */
const MAX_DEPTH = 64;

/**
 * Reads a rule file as `betrace rules import` takes it, in YAML 1.2 or JSON: `rules: […]`, a list, or one rule. Integers keep all their
 * digits. Throws an error with its line.
 */
export function readRules(text: string): ReadRules {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new Error(`This is neither YAML nor JSON: line ${line}, column ${Math.max(1, col)}: ${error.message}`);
  }
  const whole = document.toJS() as Json;
  const [list, at] = listOf(whole);
  if (list.length === 0) throw new Error('There is no rule in it.');
  return {
    rules: list.map(portable),
    lineOf: (path, inner) => {
      const node = nodeAt(document.contents, [...at, ...stepsOf(path)]);
      if (node?.range === undefined || node.range === null) return undefined;
      const { line } = lines.linePos(node.range[0]);
      const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
      return line + (inner === undefined ? 0 : isBlock ? inner : inner - 1);
    },
  };
}

type Steps = readonly (string | number)[];

/** The list of rules, and where the first step of `rules[0]` leads in this text. */
function listOf(whole: Json): readonly [readonly Json[], Steps] {
  if (isList(whole)) return [whole, []];
  if (!isRecord(whole)) throw new Error('Rules are an object with the member rules, a list of rules, or one rule.');
  const rules = whole['rules'];
  if (rules === undefined) return [[whole], []];
  if (!isList(rules)) throw new Error('The member rules is a list of rules.');
  return [rules, ['rules']];
}

const stepsOf = (path: string): Steps =>
  [...path.replace(/^rules(?=\[)/, '').matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  );

/** The node that a path leads to, or the last one on the way. A single rule is not a list: its index leads to itself. */
function nodeAt(root: Node | null, steps: Steps): Node | null {
  let found = root;
  for (const step of steps) {
    const next = isSeq(found) || isMap(found) ? found.get(step, true) : undefined;
    if (isNode(next)) found = next;
    else if (!(typeof step === 'number' && found === root)) break;
  }
  return found;
}

/** A rule as the API takes it: what is empty is left out, and the traces of its cases are texts. */
function portable(rule: Json, index: number): JsonRecord {
  if (!isRecord(rule)) throw new Error(`The ${index + 1}. of the rules is not an object.`);
  const what = typeof rule['id'] === 'string' ? `Rule ${rule['id']}` : `The ${index + 1}. of the rules`;
  const foreign = GO_KEYS.find((key) => key in rule);
  if (foreign !== undefined)
    throw new Error(`${what} is of the Go version: it has the key ${foreign}. betrace rules convert FILE makes a rule file of it.`);
  const entries = Object.entries(rule).filter(([, value]) => value !== null);
  const members = Object.fromEntries(entries.map(([key, value]) => [key, key === 'tests' ? casesOf(value, what) : plain(value)]));
  // As betrace rules import has it.
  return members['name'] === undefined && members['id'] !== undefined ? { ...members, name: members['id'] } : members;
}

function casesOf(cases: Json, what: string): Json {
  if (!isList(cases)) return plain(cases);
  return cases.map((each, index) => {
    if (!isRecord(each)) return plain(each);
    const trace = each['trace'];
    if (isRecord(trace) && 'otlp' in trace)
      throw new Error(
        `${what} names a file in the trace of test case ${index + 1}, which a browser cannot read. betrace rules import FILE does.`,
      );
    const rest = Object.fromEntries(Object.entries(each).map(([key, value]) => [key, plain(value)]));
    return trace !== undefined && typeof trace === 'object' && trace !== null ? { ...rest, trace: jsonText(trace) } : rest;
  });
}

/** As JSON has it: of an integer that JavaScript cannot hold the digits are lost, which no member of a rule has. */
function plain(value: Json, depth = 0): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  refuseDeep(depth);
  if (isList(value)) return value.map((each) => plain(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, depth + 1)]));
}

/** JSON with every digit of its integers. */
function jsonText(value: Json, depth = 0): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  refuseDeep(depth);
  if (isList(value)) return `[${value.map((each) => jsonText(each, depth + 1)).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}:${jsonText(each, depth + 1)}`)
    .join(',')}}`;
}

function refuseDeep(depth: number): void {
  if (depth > MAX_DEPTH) throw new Error(`It is nested deeper than ${MAX_DEPTH} levels.`);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isRecord = (value: Json | undefined): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);
