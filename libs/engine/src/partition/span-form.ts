import { HIGH, LOW } from '#otlp';
import type { SpanIndex } from '../index-types.js';
import { lowestCondition } from '../rules/condition-mask.js';
import type { Epoch } from '../rules/epoch.js';

/** Distinguishes a number from the text that spells it. */
const INTEGER = 0x5bd1e995;
const FRACTION = 0x1b873593;
const LONG_INTEGER = 0x38b34ae5;

/** Odd weights for the words of conditions. */
let weights = new Int32Array(0);

/** The half of a form that distinguishes contents with the same times. */
export const CONTENT = 0xffff;

/**
 * A hash of 32 bits of everything that the rules of an epoch can see of span `i` of its evaluated record. It is signed, because V8 allocates for a larger
 * number. It covers times, parent and kind, the conditions that hold, and the failures that a rule asks for. It also covers the values and links kept for the
 * trace, and whole spans where rules ask for them. Two forms that agree in all of that are the same for every rule. The high half is that of the times alone.
 * (A hash of all bytes of every span would cost a seventh of the throughput.)
 */
export function spanForm(epoch: Epoch, i: SpanIndex): number {
  const { plan } = epoch.rules;
  const form = epoch.forms[i]!;
  if (!epoch.keepsSpans) return form;
  let hash = form;
  if (plan.columns.rules.length > 0) hash = step(hash, ofColumns(epoch, i));
  if (plan.wholeSpans.rules.length > 0) hash = step(hash, ofWhole(epoch, i));
  return withContent(form, hash);
}

/**
 * Writes times, parent and conditions of each span of an epoch's record into `forms`. One short loop is faster than a call per span, of which half is finding
 * the columns. `spanForm` adds the rest, which reads the span's bytes and may fail. The loop also notes in `matchesAlone` the spans on which rules about one
 * span match. Words are summed by weights, because in a chain each product waits for the one before. With 1,000 rules that is 6 % of the cost of a span.
 */
export function writeForms(epoch: Epoch): void {
  const { columns, matched, rules } = epoch;
  const { words, spanRuleMask } = rules.compiled;
  const { length, startWords, endWords, parentIds, kind, status } = columns;
  if (length > epoch.forms.length) {
    epoch.forms = new Int32Array(2 * length);
    epoch.matchesAlone = new Uint8Array(2 * length);
  }
  if (words > weights.length) weights = weightsOf(2 * words);
  const { forms, matchesAlone } = epoch;
  for (let i = 0; i < length; i++) {
    const low = 2 * i + LOW;
    const high = 2 * i + HIGH;
    const times = step(step(startWords[high]! ^ (endWords[high]! << 8), startWords[low]!), endWords[low]!);
    const parent = Math.imul(parentIds[2 * i]! ^ Math.imul(parentIds[2 * i + 1]!, 31), 0xc2b2ae35);
    let sum = 0;
    let alone = 0;
    for (let word = 0, at = i * words; word < words; word++, at++) {
      const bits = matched[at]!;
      // The usual case: few rules have a condition that holds.
      if (bits === 0) continue;
      alone |= bits & spanRuleMask[word]!;
      sum = (sum + Math.imul(bits ^ (bits >>> 15), weights[word]!)) | 0;
    }
    matchesAlone[i] = alone === 0 ? 0 : 1;
    forms[i] = withContent(times << 16, step(step(times ^ parent, kind[i]! ^ (status[i]! << 4)), sum));
  }
  if (epoch.anyUnusual) writeUnknown(epoch);
}

/** Conditions that exceeded their steps, and failures on values of a wrong type that a rule reports. A verdict may name them. */
function writeUnknown({ columns, failed, forms, inDoubt, rules }: Epoch): void {
  const { compiled, plan } = rules;
  for (let i = 0; i < columns.length; i++) {
    let hash = 0;
    for (const condition of inDoubt.get(i as SpanIndex) ?? []) hash = step(hash, condition + 1);
    for (let word = 0; plan.strict !== undefined && word < compiled.words; word++) {
      for (let bits = failed[i * compiled.words + word]!; bits !== 0; bits &= bits - 1) {
        const condition = lowestCondition(word, bits);
        const isRead = plan.strict.ofTraces[condition]!.length + plan.strict.ofSpans[condition]!.length > 0;
        if (isRead && compiled.failsByType(condition, columns, i)) hash = step(hash, ~condition);
      }
    }
    if (hash !== 0) forms[i] = withContent(forms[i]!, step(forms[i]!, hash));
  }
}

function weightsOf(words: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: words }, (_, word) => step(INTEGER, word) | 1);
}

function withContent(form: number, hash: number): number {
  return (form & ~CONTENT) | ((hash ^ (hash >>> 16)) & CONTENT);
}

/** The values that rules judged at close read of the span. */
function ofColumns({ columns, rules }: Epoch, i: SpanIndex): number {
  const { fields, bufferedAttributes, bufferedResourceAttributes } = rules.compiled.reads;
  let hash = 0;
  if (fields.has('name')) hash = step(hash, ofText(columns.name[i]!));
  if (fields.has('service')) hash = step(hash, ofText(columns.service[i]!));
  if (fields.has('status_message')) hash = step(hash, ofText(columns.statusMessage[i]!));
  if (fields.has('scope')) hash = step(step(hash, ofText(columns.scopeName[i]!)), ofText(columns.scopeVersion[i]!));
  if (fields.has('links') && columns.hasLinks[i] === 1) hash = step(hash, ofTree(columns.linksOf(i)));
  for (const column of bufferedAttributes) hash = step(hash, ofValue(columns.attribute[column]![i]));
  for (const column of bufferedResourceAttributes) hash = step(hash, ofValue(columns.resourceAttribute[column]![i]));
  return hash;
}

/** The whole span, with its resource and scope, which are not among its bytes. */
function ofWhole(epoch: Epoch, i: SpanIndex): number {
  const { columns } = epoch;
  const hash = step(ofText(columns.scopeName[i]!), ofText(columns.scopeVersion[i]!));
  const resource = epoch.ofResource(i, (whole) => ofTree(whole.resource?.attributes));
  return step(step(hash, resource), ofBytes(columns.sourceOf(i), columns.spanStart[i]!, columns.spanEnd[i]!));
}

function step(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function ofValue(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return 0;
    case 'boolean':
      return value ? 1 : 2;
    case 'string':
      return ofText(value);
    case 'number':
      return Number.isInteger(value) ? step(value ^ INTEGER, Math.floor(value / 2 ** 32) | 0) : ofText(String(value)) ^ FRACTION;
    case 'bigint':
      return ofText(String(value)) ^ LONG_INTEGER;
    default:
      return ofTree(value);
  }
}

function ofTree(value: unknown): number {
  return ofText(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? '');
}

/** Hashes all characters: texts that differ in one (an order's number, an id) are common. */
function ofText(text: string): number {
  const { length } = text;
  let hash = length + 3;
  for (let at = 0; at < length; at++) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  return hash | 0;
}

function ofBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word ^ (hash >>> 15), 0x9e3779b1);
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}
