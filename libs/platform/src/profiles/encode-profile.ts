import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Function as Callee, Label, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

/** A function as called from its parent, with its own value: nanoseconds or bytes, without its children. */
export interface CallNode {
  readonly name: string;
  /** A URL or a path; empty for entries that are not functions, such as the garbage collector. */
  readonly file: string;
  /** The start of the function; both count from 1. */
  readonly line: number;
  readonly column: number;
  readonly value: number;
  readonly children: readonly CallNode[];
}

/** The profile of one thread: its call tree, or why there is none. */
export type ThreadProfile = { readonly thread: string; readonly root: CallNode } | { readonly thread: string; readonly missing: string };

/** The unit of a profile's values, and its time (Unix time and duration in milliseconds). */
export interface ProfileMeaning {
  readonly sample: { readonly type: string; readonly unit: string };
  readonly period: { readonly type: string; readonly unit: string; readonly value: number };
  readonly began: number;
  readonly duration: number;
}

const NANOSECONDS = 1_000_000;
const compressed = promisify(gzip);

/** A gzipped `profile.proto` of pprof: one sample for each stack with a value of its own, labelled with its thread. */
export async function encodeProfile(profiles: readonly ThreadProfile[], meaning: ProfileMeaning): Promise<Uint8Array> {
  const strings = new StringTable();
  const callees = new Map<string, Callee>();
  const locations = new Map<string, Location>();
  const samples: Sample[] = [];

  const locationOf = (node: CallNode): number => {
    const key = JSON.stringify([node.name, node.file, node.line, node.column]);
    const existing = locations.get(key);
    if (existing !== undefined) return Number(existing.id);
    const id = locations.size + 1;
    const name = strings.dedup(node.name);
    callees.set(key, new Callee({ id, name, systemName: name, filename: strings.dedup(node.file), startLine: node.line }));
    locations.set(key, new Location({ id, line: [new Line({ functionId: id, line: node.line })] }));
    return id;
  };

  for (const profile of profiles) {
    if (!('root' in profile)) continue;
    const label = [new Label({ key: strings.dedup('thread'), str: strings.dedup(profile.thread) })];
    // The root is V8's `(root)`. pprof lists a stack from the called function to the caller.
    const open = profile.root.children.map((node) => ({ node, stack: [] as number[] }));
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node } = next;
      const stack = [locationOf(node), ...next.stack];
      if (node.value > 0) samples.push(new Sample({ locationId: stack, value: [node.value], label }));
      for (const child of node.children) open.push({ node: child, stack });
    }
  }

  const valueType = ({ type, unit }: { readonly type: string; readonly unit: string }) =>
    new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
  const encoded = new Profile({
    sampleType: [valueType(meaning.sample)],
    sample: samples,
    location: [...locations.values()],
    function: [...callees.values()],
    timeNanos: BigInt(meaning.began) * BigInt(NANOSECONDS),
    durationNanos: meaning.duration * NANOSECONDS,
    periodType: valueType(meaning.period),
    period: meaning.period.value,
    comment: profiles.flatMap((profile) =>
      'missing' in profile ? [strings.dedup(`no profile of thread ${profile.thread}: ${profile.missing}`)] : [],
    ),
    stringTable: strings,
  }).encode();
  return compressed(encoded);
}
