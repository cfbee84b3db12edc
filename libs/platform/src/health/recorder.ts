import { Injectable } from '@nestjs/common';
import { withDeadline } from '#waiting';

/**
 * Resolves when a part can do its work, else rejects with the reason. A part without which the process is ready all the same
 * may answer its state instead (`off`), which is shown.
 */
export type HealthCheck = () => Promise<string | undefined> | Promise<void> | string | undefined | void;

/**
 * Thrown by a check: the part does not do all of its work, and nothing that clients could be kept from would mend it. A process that
 * receives stays in service then, because what it takes is kept and done later; one that does nothing else is not ready.
 */
export class Degraded extends Error {}

/**
 * Thrown by the check of a part that is behind, or that an operator has to mend, while the process still answers every request. Taking it out of service would
 * only make things worse. The process stays in service and reports `degraded`.
 */
export class Behind extends Degraded {}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not_ready';
  /** `ok`, a state, or why not. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What stands for a reason that is not for everybody. */
export const WITHHELD = 'not ok; the reason is answered to callers with a key, and in the log';

/** A readiness as everybody may know it: which checks are not well, and not why. */
export function withoutReasons({ status, checks }: Readiness): Readiness {
  const told = Object.entries(checks).map(([name, state]) => [name, isPlain(state) ? state : WITHHELD] as const);
  return { status, checks: Object.fromEntries(told) };
}

/** `ok`, `off`, `draining`: one word is a state, never a reason. */
const isPlain = (state: string): boolean => /^[a-z]{1,20}$/.test(state);

const DEFAULT_DEADLINE = 2_000;

/** Where the parts of an app say whether they are ready; `GET /ready` asks all of them. */
@Injectable()
export class HealthRecorder {
  private readonly checks = new Map<string, (() => Promise<Result>)[]>();
  private receiving = false;
  private ending: 'draining' | 'stopping' | undefined;

  /** A check that takes longer than the deadline (ms) has failed. Several of one name must all succeed. */
  register(name: string, check: HealthCheck, deadline = DEFAULT_DEADLINE): void {
    this.checks.set(name, [...(this.checks.get(name) ?? []), () => run(check, deadline)]);
  }

  /** The process takes what clients send, whatever becomes of the rest: parts that are degraded leave it in service. */
  receives(): void {
    this.receiving = true;
  }

  /** From now on not ready, so that no new requests are routed here; those that come are served. */
  drain(): void {
    this.ending ??= 'draining';
  }

  /** From now on not ready: the present requests are finished, new ones refused. */
  stop(): void {
    this.ending = 'stopping';
  }

  /** How each check is: for metrics, whatever the process does with it. Never rejects. */
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
  /** It keeps a process that receives nothing in service. */
  readonly serves: boolean;
}

/** The worse, the later. */
export const GRADES = ['ready', 'degraded', 'not_ready'] as const;

function worst(results: readonly Result[]): Readiness['status'] {
  return GRADES.findLast((grade) => results.some((result) => result.grade === grade)) ?? 'ready';
}

/** What several checks of one name say together: the states that are not simply `ok`, each once. */
async function all(checks: readonly (() => Promise<Result>)[]): Promise<Result> {
  const results = await Promise.all(checks.map((check) => check()));
  const told = results.map(({ state }) => state).filter((state) => state !== 'ok');
  return { grade: worst(results), state: [...new Set(told)].join('; ') || 'ok', serves: results.every(({ serves }) => serves) };
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
