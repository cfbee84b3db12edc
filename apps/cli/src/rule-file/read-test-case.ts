import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expectationOf, NotationError, spansOfText, spansOfTree, TraceTextError, textOfJson, wholeSpans } from '#cases';
import { decodeRequestJson, OtlpError, spansFromValue, type WholeSpan } from '#otlp';
import { RULE_TEST_VERDICTS, type RuleTestExpectation } from '#records';
import type { FileTestCase } from './rule-file.js';
import type { Item, YamlReader } from './yaml-reader.js';

/** Spans, and the text that a rule's record keeps of them. */
interface ReadTrace {
  readonly spans: readonly WholeSpan[];
  readonly text: string;
}

/** Parses an entry of `tests`; undefined after a mistake, which is reported. */
export function readTestCase(reader: YamlReader, item: Item): FileTestCase | undefined {
  const entries = reader.map(item, ['name', 'trace', 'expect']);
  if (entries === undefined) return undefined;
  const given = (key: string, description: string): Item | undefined =>
    entries.get(key) ?? reader.fail(item, 'BT_CLI_MISSING_KEY', { where: item.where, key, what: description });
  const name = given('name', 'what the case shows, in a few words');
  const trace = given('trace', 'its spans');
  const expected = given('expect', '"match", "no match", "undecided", or {match: [the spans that violate the rule]}');
  const text = name && reader.text(name);
  const read = trace && readTrace(reader, trace);
  const expect = expected && readExpectation(reader, expected);
  if (text === undefined || read === undefined || expect === undefined) return undefined;
  const testCase = { name: text, trace: read.text, expect };
  return { name: text, spans: read.spans, expect: expectationOf(expect), place: reader.placeOf(item), kept: testCase };
}

function readExpectation(reader: YamlReader, item: Item): RuleTestExpectation | undefined {
  if (!reader.isMap(item)) return reader.oneOf(item, RULE_TEST_VERDICTS);
  const match = reader.map(item, ['match'])?.get('match');
  if (match === undefined) return reader.fail(item, 'BT_CLI_MISSING_KEY', { where: 'expect', key: 'match', what: 'a list of spans' });
  const subjects = reader.list(match)?.map((subject) => reader.text(subject));
  if (subjects?.length === 0) return reader.wrong(match, 'a list of at least one span');
  return subjects?.every((subject) => subject !== undefined) ? { match: subjects } : undefined;
}

/** A text in the notation (or JSON, as the API answers it), spans as in `POST /v1/spans` (a list, or `{spans: list}`), or `{otlp: file}`. */
function readTrace(reader: YamlReader, item: Item): ReadTrace | undefined {
  if (!reader.isMap(item)) return reader.isList(item) ? readSpans(reader, item) : readNotation(reader, item);
  const entries = reader.map(item, ['otlp', 'spans']);
  const [file, spans] = [entries?.get('otlp'), entries?.get('spans')];
  if (file !== undefined) return readOtlp(reader, file);
  if (spans !== undefined) return readSpans(reader, spans);
  return reader.fail(item, 'BT_CLI_MISSING_KEY', { where: 'trace', key: 'spans', what: 'a list of spans (or otlp: a file)' });
}

function readNotation(reader: YamlReader, item: Item): ReadTrace | undefined {
  const places = reader.textPlaces(item);
  if (places === undefined) return undefined;
  const { value: text } = places;
  try {
    return { text, spans: /^\s*[[{]/.test(text) ? spansOfText(text) : spansOfTree(text) };
  } catch (error) {
    if (error instanceof OtlpError || error instanceof TraceTextError)
      return reader.fail(item, 'BT_CLI_TRACE_SPANS', { what: error.message });
    if (!(error instanceof NotationError)) throw error;
    const { line, column } = places.place(error.offset);
    const code = 'BT_CLI_TRACE_LINE';
    reader.findings.push({ file: reader.file, line, column, severity: 'error', code, message: error.message });
    return undefined;
  }
}

function readSpans(reader: YamlReader, item: Item): ReadTrace | undefined {
  try {
    const value = reader.json(item);
    if (reader.isTooLarge) return undefined;
    const spans = wholeSpans(spansFromValue(value, { incomplete: true }));
    return spans.length > 0 ? { spans, text: textOfJson(value) } : reader.wrong(item, 'a list of at least one span');
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
    for (const { path, message } of error.fields) {
      const steps = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
        index === undefined ? (key ?? '') : Number(index),
      );
      reader.fail(reader.find(item, steps), 'BT_CLI_TRACE_SPANS', { what: `${path}: ${message}` });
    }
    if (error.fields.length === 0) reader.fail(item, 'BT_CLI_TRACE_SPANS', { what: error.message });
    return undefined;
  }
}

/** OTLP/JSON in a file, whose name is relative to the rule file. */
function readOtlp(reader: YamlReader, item: Item): ReadTrace | undefined {
  const name = reader.text(item);
  if (name === undefined) return undefined;
  const file = resolve(dirname(reader.file), name);
  try {
    const content = readFileSync(file);
    const spans = wholeSpans(decodeRequestJson(content));
    return spans.length > 0
      ? { spans, text: content.toString('utf8') }
      : reader.fail(item, 'BT_CLI_TRACE_SPANS', { what: `${name} holds no span` });
  } catch (error) {
    if (error instanceof OtlpError) return reader.fail(item, 'BT_CLI_TRACE_SPANS', { what: `${name}: ${error.message}` });
    return reader.fail(item, 'BT_CLI_FILE', { action: 'read', file: name, reason: (error as Error).message });
  }
}
