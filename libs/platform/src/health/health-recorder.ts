import { Injectable } from '@nestjs/common';
import { withDeadline } from '#waiting';

/** Resolves when a part works, else rejects the reason. A part that readiness does not depend on may return its state instead (`off`), which is shown. */
export type HealthCheck = () => Promise<string | undefined> | Promise<void> | string | undefined | void;

/**
 * Thrown by a check: the part does some of its work, and fewer requests would not help. A process that receives spans stays in service, because it stores them
 * and evaluates later. A process that does nothing else is not ready.
 */
export class Degraded extends Error {}

/**
 * Thrown by a check of a part that lags or needs an operator, while the process still answers every request. Taking it out of service would only make things
 * worse, so it stays in service and reports `degraded`.
 */
export class Behind extends Degraded {}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not_ready';
  /** `ok`, another state, or the reason of a failure. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Replaces a reason that the caller may not see. */
const WITHHELD = 'not ok; the reason is answered to callers with a key, and in the log';

/** A readiness for everyone: which checks fail, without the reasons. */
export function withoutReasons({ status, checks }: Readiness): Readiness {
  const shown = Object.entries(checks).map(([name, state]) => [name, isPlain(state) ? state : WITHHELD] as const);
  return { status, checks: Object.fromEntries(shown) };
}

/** Whether a text is a state (`ok`, `off`, `draining`): one word is never a reason. */
const isPlain = (state: string): boolean => /^[a-z]{1,20}$/.test(state);

const DEFAULT_DEADLINE_MS = 2_000;

/** The checks of an app's parts, which `GET /ready` runs. */
@Injectable()
export class HealthRecorder {
  private readonly checks = new Map<string, (() => Promise<Result>)[]>();
  private receiving = false;
  private ending: 'draining' | 'stopping' | undefined;

  /** Registers a check, which fails after the deadline (ms). Of several with one name all must succeed. */
  register(name: string, check: HealthCheck, deadline = DEFAULT_DEADLINE_MS): void {
    this.checks.set(name, [...(this.checks.get(name) ?? []), () => run(check, deadline)]);
  }

  /** The process stores what clients send, whatever else fails: degraded parts leave it in service. */
  receives(): void {
    this.receiving = true;
  }

  /** Reports not ready from now on, so that no new requests are routed here; those that come are served. */
  drain(): void {
    this.ending ??= 'draining';
  }

  /** Reports not ready from now on: current requests are finished, new ones refused. */
  stop(): void {
    this.ending = 'stopping';
  }

  /** The grade of each check, for metrics, whether or not the process stays in service. Never rejects. */
  async grades(): Promise<ReadonlyMap<string, Readiness['status']>> {
    return new Map((await this.results()).map(([name, { grade }]) => [name, grade]));
  }

  async readiness(): Promise<Readiness> {
    const results = await this.results();
    const grade = worst(results.map(([, result]) => result));
    const serves = this.ending === undefined && (this.receiving || results.every(([, { serves }]) => serves));
    const checks = Object.fromEntries(results.map(([name, { state }]) => [name, state]));
    return { status: serves ? grade : 'not_ready', checks: this.ending === undefined ? checks : { ...checks, process: this.ending } };
  }

  private results(): Promise<(readonly [string, Result])[]> {
    return Promise.all([...this.checks].map(async ([name, checks]) => [name, await all(checks)] as const));
  }
}

interface Result {
  readonly grade: Readiness['status'];
  readonly state: string;
  /** The failure leaves a process that receives nothing in service. */
  readonly serves: boolean;
}

/** From best to worst. */
export const GRADES = ['ready', 'degraded', 'not_ready'] as const;

function worst(results: readonly Result[]): Readiness['status'] {
  return GRADES.findLast((grade) => results.some((result) => result.grade === grade)) ?? 'ready';
}

/** The result of several checks of one name: the states other than `ok`, each once. */
async function all(checks: readonly (() => Promise<Result>)[]): Promise<Result> {
  const results = await Promise.all(checks.map((check) => check()));
  const failures = results.map(({ state }) => state).filter((state) => state !== 'ok');
  return { grade: worst(results), state: [...new Set(failures)].join('; ') || 'ok', serves: results.every(({ serves }) => serves) };
}

async function run(check: HealthCheck, deadline: number): Promise<Result> {
  try {
    const state = await withDeadline(Promise.resolve().then(check), deadline, () => new Error(`no answer within ${deadline} ms`));
    return { grade: 'ready', state: state ?? 'ok', serves: true };
  } catch (error) {
    const state = error instanceof Error ? error.message : String(error);
    return { grade: error instanceof Degraded ? 'degraded' : 'not_ready', state, serves: error instanceof Behind };
  }
}
