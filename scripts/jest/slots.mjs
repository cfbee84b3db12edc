// How much of the machine a test file needs for the processes that it starts, in slots. Two files with clusters, browsers or builds fill it: with a third of them
// on two cores, they would miss their deadlines. Files that only compute need none, and have a lower priority: they use what the others leave while they wait.
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

/** Waits for so many slots. They are taken all at once, so that no two files wait for each other. Answers what `freeSlots` takes. */
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
    // A worker that was killed has not given it back.
    if (!isTaken(file)) rmSync(file, { force: true });
    return false;
  }
}

function isTaken(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Of a slot that is just being taken there is no number yet.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
