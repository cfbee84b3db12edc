// The share of the machine that a test file's processes need, in slots. Two files with clusters, browsers or builds use all slots: with a third on two cores
// they would miss their deadlines. Files that only compute need none. They have a lower priority, and use the CPU while the others wait.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.cache/test-slots');
const SLOTS = 4;
const LOOK_MS = 100;

const HALF = /^test\/(kafka|chaos|peers|dry-runs)\/|^apps\/(console|grafana)\/test\/|\/(operator-guide|executable|npm-package|site)\.spec/;
const NONE = /^test\/examples\//;

/** Slots of a test file. */
export function slotsOf(path) {
  const file = relative(ROOT, path).replaceAll('\\', '/');
  if (HALF.test(file)) return 2;
  return file.startsWith('test/') && !NONE.test(file) ? 1 : 0;
}

/** Waits for a number of slots and takes them all at once, so that files cannot deadlock. Returns the argument of `freeSlots`. */
export async function takeSlots(count) {
  mkdirSync(FOLDER, { recursive: true });
  for (;;) {
    const taken = [];
    for (let slot = 0; slot < SLOTS && taken.length < count; slot++) {
      const file = join(FOLDER, String(slot));
      if (take(file)) taken.push(file);
    }
    if (taken.length === count) return taken;
    freeSlots(taken);
    await sleep(LOOK_MS * (1 + Math.random()));
  }
}

export function freeSlots(taken) {
  for (const file of taken) rmSync(file, { force: true });
}

function take(file) {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    // A worker that was killed has not freed it.
    if (!isTaken(file)) rmSync(file, { force: true });
    return false;
  }
}

function isTaken(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // A slot that is being taken has no process id yet.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
