import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The faults of the test build, each with its process and its effect while it is on. */
export const FAULTS = {
  'dropped-spans': 'ingest: the spans of one request are acknowledged, and the log does not get them',
  'stuck-partition': 'evaluator: partition 0 is read, and nothing of it is judged',
  'wrong-verdict': 'evaluator: a set of rules that comes into force is judged as its opposite',
  'wrong-span': 'evaluator: each violation names a span that the trace does not have',
  'doubled-violation': 'evaluator: each violation is published again under another id',
  'late-verdict': 'evaluator: violations wait before they are published',
} as const;
export type Fault = keyof typeof FAULTS;

/** A folder: a fault is on while it has a file of its name, for all threads of all processes that know the folder. Without it no fault is on. */
export const SWITCHES = 'BETRACE_TEST_FAULTS';
const folder = process.env[SWITCHES];

export function isOn(fault: Fault): boolean {
  return folder !== undefined && existsSync(join(folder, fault));
}
