import type { Random } from '../chaos/random.js';
import type { DurableProcess } from './durable-process.js';

type Pause = (ms: number) => Promise<void>;

/** A fault of the process, which is ready again when this resolves. */
export type Danger = (process: DurableProcess, random: Random, pause: Pause, stall: number) => Promise<void>;

const startAgain = async (process: DurableProcess): Promise<void> => {
  await process.begin();
  await process.ready();
};

/** By the names that failures report. */
export const DANGERS = {
  'it is killed': async (process, random, pause) => {
    await process.betrace.kill();
    await pause(random.between(0, 1_000));
    await startAgain(process);
  },
  'it is killed while it starts': async (process, random, pause) => {
    await process.betrace.kill();
    for (let life = random.between(1, 3); life > 0; life--) {
      await process.begin();
      await pause(random.between(100, 2_500));
      await process.betrace.kill();
    }
    await startAgain(process);
  },
  'it is stopped': async (process, random, pause) => {
    await process.betrace.stop();
    await pause(random.between(0, 1_000));
    await startAgain(process);
  },
  'it is killed while it stops': async (process, random, pause) => {
    process.betrace.process.kill('SIGTERM');
    await pause(random.between(0, 60));
    await process.betrace.kill();
    await startAgain(process);
  },
  /** Down for longer than any open trace is remembered. */
  'it is down': async (process, random, pause, stall) => {
    await process.betrace.kill();
    await pause(random.between(stall, Math.ceil(stall * 1.25)));
    await startAgain(process);
  },
  /** Suspended for as long, then continued. */
  'it stalls': async (process, random, pause, stall) => {
    process.betrace.process.kill('SIGSTOP');
    await pause(random.between(stall, Math.ceil(stall * 1.25)));
    process.betrace.process.kill('SIGCONT');
    await process.ready();
  },
} as const satisfies Readonly<Record<string, Danger>>;

export type DangerName = keyof typeof DANGERS;

/** How often each is drawn; stalls are rare because each takes a minute. */
export function plannedDangers(random: Random, kills: number, stalls: number): DangerName[] {
  const kill = (): DangerName =>
    random.pick([
      'it is killed',
      'it is killed',
      'it is killed while it starts',
      'it is killed while it stops',
      'it is stopped',
    ] satisfies DangerName[]);
  const long = (n: number): DangerName => (n % 2 === 0 ? 'it stalls' : 'it is down');
  return random.shuffled([...Array.from({ length: kills }, kill), ...Array.from({ length: stalls }, (_, n) => long(n))]);
}
