import { Injectable } from '@nestjs/common';
import { withDeadline } from '../deadline.js';

/** Resolves when a part can do its work, else rejects with the reason. */
export type HealthCheck = () => Promise<void> | void;

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  /** `ok`, or why not. */
  readonly checks: Readonly<Record<string, string>>;
}

const DEFAULT_DEADLINE = 2_000;

/** Where the parts of an app say whether they are ready; `GET /ready` asks all of them. */
@Injectable()
export class HealthRecorder {
  private readonly checks = new Map<string, { readonly check: HealthCheck; readonly deadline: number }>();
  private stopping = false;

  /** A check that takes longer than the deadline (ms) has failed. */
  register(name: string, check: HealthCheck, deadline = DEFAULT_DEADLINE): void {
    this.checks.set(name, { check, deadline });
  }

  /** From now on not ready, so that no new requests are routed here while the present ones are finished. */
  stop(): void {
    this.stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, { check, deadline }]) => [name, await run(check, deadline)] as const),
    );
    const checks = Object.fromEntries(this.stopping ? [...results, ['process', 'stopping']] : results);
    return { status: Object.values(checks).every((result) => result === 'ok') ? 'ready' : 'not_ready', checks };
  }
}

async function run(check: HealthCheck, deadline: number): Promise<string> {
  try {
    await withDeadline(Promise.resolve().then(check), deadline, () => new Error(`no answer within ${deadline} ms`));
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
