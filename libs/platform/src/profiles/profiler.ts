import { withDeadline } from '#waiting';
import { type CallNode, encodeProfile, type ThreadProfile } from './encode-profile.js';
import { type InspectedThread, InspectedThreads } from './inspected-threads.js';

/** Microseconds between two samples of a thread's stack. */
const CPU_INTERVAL_US = 5_000;
/** Bytes allocated between two samples. */
const HEAP_INTERVAL_BYTES = 32 * 1024;
/** Timeout (ms) for a thread's answer: a thread inside a database statement or a system call answers afterwards. */
const ANSWER_MS = 5_000;

/** V8's profiles, in the types of its inspector. */
interface CpuProfile {
  readonly nodes: readonly (V8Node & { readonly id: number; readonly children?: readonly number[] })[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
  readonly startTime: number;
  readonly endTime: number;
}
interface HeapNode extends V8Node {
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}
interface V8Node {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number; readonly columnNumber: number };
}

/** A kind of profile: how a thread records it, and the meaning of its values. */
export interface ProfileKind {
  readonly start: (thread: InspectedThread) => Promise<unknown>;
  readonly stop: (thread: InspectedThread) => Promise<CallNode>;
  readonly sample: { readonly type: string; readonly unit: string };
  readonly period: { readonly type: string; readonly unit: string; readonly value: number };
}

/** CPU time by function, without the time in which a thread waits. */
export const CPU_PROFILE: ProfileKind = {
  start: async (thread) => {
    await thread.post('Profiler.enable');
    await thread.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US });
    await thread.post('Profiler.start');
  },
  stop: async (thread) => timesOf(((await thread.post('Profiler.stop')) as { readonly profile: CpuProfile }).profile),
  sample: { type: 'cpu', unit: 'nanoseconds' },
  period: { type: 'cpu', unit: 'nanoseconds', value: CPU_INTERVAL_US * 1_000 },
};

/** Memory allocated during the profile and still in use, by the allocating function. It excludes buffers outside of V8's heap. */
export const HEAP_PROFILE: ProfileKind = {
  start: (thread) => thread.post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL_BYTES }),
  stop: async (thread) =>
    sizesOf(((await thread.post('HeapProfiler.stopSampling')) as { readonly profile: { readonly head: HeapNode } }).profile.head),
  sample: { type: 'inuse_space', unit: 'bytes' },
  period: { type: 'space', unit: 'bytes', value: HEAP_INTERVAL_BYTES },
};

/**
 * Records all threads of this process for `milliseconds`, or until `ended` is aborted. Resolves a gzipped profile of the pprof format, in which each sample has
 * the label `thread`. Comments name the threads without a profile.
 */
export async function recordProfile(kind: ProfileKind, milliseconds: number, ended: AbortSignal): Promise<Uint8Array> {
  const threads = new InspectedThreads();
  const begun: { readonly thread: InspectedThread; readonly started: Promise<unknown> }[] = [];
  const began = Date.now();
  try {
    await threads.open((thread) => {
      const started = kind.start(thread);
      // The result is awaited when the thread is stopped.
      started.catch(() => undefined);
      begun.push({ thread, started });
    });
    await passed(milliseconds, ended);
    const stop = async ({ thread, started }: (typeof begun)[number]): Promise<ThreadProfile> => {
      try {
        const root = await withDeadline(
          started.then(() => kind.stop(thread)),
          ANSWER_MS,
          () => new Error(`it did not answer for ${ANSWER_MS / 1_000} s`),
        );
        return { thread: thread.name, root };
      } catch (error) {
        return { thread: thread.name, missing: (error as Error).message };
      }
    };
    const profiles = await Promise.all(begun.map(stop));
    return await encodeProfile(profiles, { ...kind, began, duration: Date.now() - began });
  } finally {
    threads.close();
  }
}

function passed(milliseconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    ended.addEventListener('abort', end);
  });
}

const IDLE = '(idle)';

/** The call tree in nanoseconds: each sample counts for the time until the next. */
function timesOf({ nodes, samples = [], timeDeltas = [], startTime, endTime }: CpuProfile): CallNode {
  const times = new Map<number, number>();
  let at = startTime;
  const ends = timeDeltas.map((delta) => (at += delta));
  samples.forEach((id, index) => {
    const lasted = Math.max(0, (ends[index + 1] ?? endTime) - ends[index]!);
    times.set(id, (times.get(id) ?? 0) + Math.round(lasted * 1_000));
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const made = (id: number): CallNode => {
    const { callFrame, children = [] } = byId.get(id)!;
    const value = callFrame.functionName === IDLE ? 0 : (times.get(id) ?? 0);
    return { ...placeOf(callFrame), value, children: children.map(made) };
  };
  return made(nodes[0]!.id);
}

/** The call tree in bytes. */
function sizesOf({ callFrame, selfSize, children }: HeapNode): CallNode {
  return { ...placeOf(callFrame), value: selfSize, children: children.map(sizesOf) };
}

/** V8 counts lines and columns from 0. */
function placeOf({ functionName, url, lineNumber, columnNumber }: V8Node['callFrame']): Omit<CallNode, 'value' | 'children'> {
  return { name: functionName || '(anonymous)', file: url, line: lineNumber + 1, column: columnNumber + 1 };
}
