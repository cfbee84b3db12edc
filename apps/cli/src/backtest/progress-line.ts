import { visible } from '../table.js';
import type { Terminal } from '../terminal.js';
import type { Preview } from './preview.js';

const WIDTH = 24;
const number = (value: number): string => value.toLocaleString('en-US');

/** A line on a terminal that is overwritten with each progress; nothing without a terminal. */
export class ProgressLine {
  private shown = false;

  constructor(private readonly terminal: Terminal) {}

  show(rule: string, { state, progress }: Preview): void {
    if (this.terminal.interactive !== true) return;
    this.shown = true;
    this.terminal.err(`\r\u001b[K${lineOf(visible(rule), state, progress)}`);
  }

  clear(): void {
    if (this.shown) this.terminal.err('\r\u001b[K');
    this.shown = false;
  }
}

function lineOf(rule: string, state: Preview['state'], progress: Preview['progress']): string {
  if (state === 'queued') return `${rule}: waits for another preview`;
  if (progress === undefined) return `${rule}: begins`;
  const { records, records_read, traces, matched_traces } = progress;
  const share = records === 0 ? 1 : records_read / records;
  const full = Math.round(share * WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
  return `${rule} ${bar} ${Math.floor(share * 100)} %  ${number(matched_traces)} of ${number(traces)} traces`;
}
