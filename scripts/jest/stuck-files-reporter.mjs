// Names spec files that run for a long time, and ends a run that one of them blocks: jest's timeouts cannot stop synchronous code, and a run that is killed
// does not name its file.
import { execFileSync } from 'node:child_process';
import { relative } from 'node:path';

const MINUTE_MS = 60_000;
/** A file is named each time it has run for this long. */
const NAMED_AFTER_MS = 5 * MINUTE_MS;
/** A file that has run for this long is stuck: the slowest takes 5 minutes alone on two cores. */
const STUCK_AFTER_MS = 30 * MINUTE_MS;

export default class StuckFilesReporter {
  #files = new Map();
  #timer;

  onRunStart() {
    this.#timer = setInterval(() => this.#look(Date.now()), MINUTE_MS).unref();
  }

  onTestFileStart(test) {
    this.#files.set(test.path, { since: Date.now(), named: 0 });
  }

  onTestFileResult(test) {
    this.#files.delete(test.path);
  }

  onRunComplete() {
    clearInterval(this.#timer);
  }

  #look(now) {
    for (const [path, file] of this.#files) {
      const ms = now - file.since;
      const name = relative(process.cwd(), path);
      if (ms >= STUCK_AFTER_MS) this.#end(`${name} has run for ${minutes(ms)} and is taken for stuck: the run ends here, as failed`);
      if (ms < (file.named + 1) * NAMED_AFTER_MS) continue;
      file.named++;
      process.stderr.write(`betrace: ${name} still runs after ${minutes(ms)}\n`);
    }
  }

  #end(why) {
    process.stderr.write(`betrace: ${why}\n`);
    // The workers first: one in synchronous code does not notice that its parent has ended.
    try {
      execFileSync('pkill', ['-KILL', '-P', String(process.pid)]);
    } catch {
      // No child is left, or the machine has no pkill: the exit of the parent must suffice.
    }
    process.exit(1);
  }
}

const minutes = (ms) => `${Math.round(ms / MINUTE_MS)} minutes`;
