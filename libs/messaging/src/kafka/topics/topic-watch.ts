import type { LogReport } from '../../log-report.js';
import type { LogError } from '../../problems.js';
import { reasonOf } from '../client/kafka-errors.js';

/** Milliseconds between two checks. */
const LOOK_MS = 5_000;

/**
 * Checks from time to time that the topics still are as BeTrace needs them. Their settings can change at any time. Most changes stop nothing but break a
 * promise (verdicts by the log's time, all partitions read). Logs a mismatch once, and its end.
 */
export class TopicWatch {
  #mismatches: readonly LogError[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    readonly find: () => Promise<readonly LogError[]>,
    readonly report: LogReport,
    readonly interval = LOOK_MS,
  ) {}

  get mismatches(): readonly LogError[] {
    return this.#mismatches;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.look().finally(() => {
        this.#looking = undefined;
      });
    }, this.interval);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The last known state stays while the brokers do not answer. Never rejects. */
  async look(): Promise<void> {
    try {
      const found = await this.find();
      const messages = new Set(this.#mismatches.map(({ message }) => message));
      const present = new Set(found.map(({ message }) => message));
      for (const error of found) if (!messages.has(error.message)) this.report('error', error.message, { code: error.code });
      for (const { message, values } of this.#mismatches) {
        const { topic } = values;
        const over = !present.has(message) && !found.some((error) => error.values['topic'] === topic);
        if (over) this.report('info', `topic ${topic} is as BeTrace needs it again`);
      }
      this.#mismatches = found;
    } catch (error) {
      this.report('debug', `the settings of the topics are not known now: ${reasonOf(error)}`);
    }
  }
}
