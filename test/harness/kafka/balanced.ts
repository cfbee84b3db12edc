import { setTimeout as pause } from 'node:timers/promises';
import type { BeTrace } from '../betrace.js';

/** Milliseconds between two polls of readiness. */
const POLL_MS = 100;

/**
 * Clients behind a load balancer: each picks a process whose last readiness was positive, as a Kubernetes Service does. Refused and broken requests are
 * recorded, and not retried.
 */
export class Balanced {
  readonly refused: string[] = [];
  private readonly targets = new Set<BeTrace>();
  private readonly working: Promise<void>[] = [];
  private readonly looking: Promise<void>[] = [];
  private ended = false;
  /** No process is picked any more. */
  private idle = false;
  private turn = 0;

  /** Routes requests to a process from its first readiness on; then resolves. */
  async route(process: BeTrace): Promise<void> {
    const routed = Promise.withResolvers<void>();
    this.looking.push(this.look(process, routed.resolve));
    await routed.promise;
  }

  get routed(): number {
    return this.targets.size;
  }

  /** Repeats `work` until `end`; its rejections are recorded. */
  repeat(work: (process: BeTrace) => Promise<void>): void {
    this.working.push(this.go(work));
  }

  /** Waits for work in progress, which is still routed. */
  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.working);
    this.idle = true;
    await Promise.all(this.looking);
  }

  /** One of the processes in service, by turns. */
  pick(): BeTrace {
    const targets = [...this.targets];
    const target = targets[this.turn++ % targets.length];
    if (target === undefined) throw new Error('no process is in service');
    return target;
  }

  private async go(work: (process: BeTrace) => Promise<void>): Promise<void> {
    while (!this.ended) {
      try {
        await work(this.pick());
      } catch (error) {
        this.refused.push(error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error));
        await pause(POLL_MS);
      }
    }
  }

  private async look(process: BeTrace, routed: () => void): Promise<void> {
    while (!this.idle && process.process.exitCode === null) {
      const ready = await fetch(`${process.url}/ready`).then(
        async (answer) => {
          await answer.arrayBuffer();
          return answer.ok;
        },
        () => false,
      );
      if (ready) {
        this.targets.add(process);
        routed();
      } else this.targets.delete(process);
      await pause(POLL_MS);
    }
    this.targets.delete(process);
  }
}
