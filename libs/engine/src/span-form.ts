import { HIGH, LOW } from '#otlp';
import type { Epoch } from './epoch.js';

/** Characters of a text that are looked at. */
const SAMPLED = 24;

/**
 * 16 bits that tell apart what the rules of an epoch can see of span `i` of its record: times, parent and kind, the conditions that
 * hold on it, the values that wait for the trace to close, and all its bytes where rules ask for whole spans. Two forms of a span
 * that differ in nothing of that are one to every rule. (A hash of all bytes of every span would cost a seventh of the throughput.)
 */
export function spanForm(epoch: Epoch, i: number): number {
  const { columns, matched, rules } = epoch;
  const { words, reads } = rules.compiled;
  const { startWords, endWords, parentIds } = columns;
  const high = Math.imul(startWords[2 * i + HIGH]! ^ (endWords[2 * i + HIGH]! << 8), 0x85ebca6b);
  const parent = Math.imul(parentIds[2 * i]! ^ Math.imul(parentIds[2 * i + 1]!, 31), 0xc2b2ae35);
  let hash = step(high ^ parent ^ columns.kind[i]! ^ (columns.status[i]! << 4), startWords[2 * i + LOW]!);
  hash = step(hash, endWords[2 * i + LOW]!);
  for (let word = i * words, end = word + words; word < end; word++) hash = step(hash, matched[word]!);
  if (rules.plan.columns.rules.length > 0) {
    if (reads.fields.has('name')) hash = step(hash, ofText(columns.name[i]!));
    if (reads.fields.has('service')) hash = step(hash, ofText(columns.service[i]!));
    for (const column of reads.bufferedAttributes) hash = step(hash, ofValue(columns.attribute[column]![i]));
    for (const column of reads.bufferedResourceAttributes) hash = step(hash, ofValue(columns.resourceAttribute[column]![i]));
  }
  if (rules.plan.wholeSpans.rules.length > 0) hash = step(hash, ofBytes(columns.sourceOf(i), columns.spanStart[i]!, columns.spanEnd[i]!));
  return (hash ^ (hash >>> 16)) & 0xffff;
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
      return Number.isInteger(value) ? step(value | 0, Math.floor(value / 2 ** 32) | 0) : ofText(String(value));
    case 'bigint':
      return ofText(String(value));
    default:
      return ofText(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? '');
  }
}

function ofText(text: string): number {
  const { length } = text;
  let hash = length + 3;
  if (length <= SAMPLED) for (let at = 0; at < length; at++) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  else for (let n = 1; n <= SAMPLED; n++) hash = Math.imul(hash, 31) + text.charCodeAt(Math.floor((n * (length - 1)) / SAMPLED));
  return hash;
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
