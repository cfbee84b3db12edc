import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface MemberSettings {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly sessionTimeout: number;
}

/** A member of the group that is named after its topic, in a process of its own (test/kafka/member.ts). */
export class MemberProcess {
  readonly assigned = new Set<number>();
  revocations = 0;
  /** Partitions in which it works on a record forever. */
  blocked = 0;
  generation = 0;
  /** The highest offset read and committed, by partition. */
  private readonly highest = new Map<number, number>();
  private readonly process: ChildProcess;

  /** @param settings `sessionTimeout` in milliseconds; with `blocks` it never ends its work on a record */
  constructor(
    { brokers, topic, partitions, sessionTimeout }: MemberSettings,
    { instanceId = '', blocks = false }: { readonly instanceId?: string; readonly blocks?: boolean } = {},
  ) {
    const script = join(import.meta.dirname, '../../dist/test/kafka/member.js');
    const args = [script, brokers.join(','), topic, String(partitions), topic, String(sessionTimeout), instanceId, blocks ? 'blocks' : ''];
    this.process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      const { event, partition, to, generation } = JSON.parse(line) as { event: string; partition: number; to: number; generation: number };
      if (event === 'assigned') this.assigned.add(partition);
      if (event === 'blocked') this.blocked++;
      if (event === 'generation') this.generation = generation;
      if (event === 'committed') this.highest.set(partition, to);
      if (event !== 'revoked') return;
      this.assigned.delete(partition);
      this.revocations++;
    });
  }

  /** The number of records that it has read and committed. */
  get reached(): number {
    return [...this.highest.values()].reduce((sum, offset) => sum + offset + 1, 0);
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}
