import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Below the ports that operating systems assign to outgoing connections (from 32768 or 49152 on). One of those may be taken between the check and the moment
 * when a server listens on it.
 */
const [FIRST, LAST] = [10_000, 32_767];
/** Each worker of jest has its own range of ports; another process has the first. */
const SLICES = 16;
const SLICE = Math.floor((LAST - FIRST + 1) / SLICES);
const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % SLICES;

/** Starts at random, because of other runs on the machine; a port repeats only after all others. */
let next = Math.floor(Math.random() * SLICE);

/**
 * A file for each port with the process that found it, for all runs on the machine. A server may listen seconds later, and again after it was killed: meanwhile
 * its port looks free to other runs.
 */
export const CLAIMS = join(tmpdir(), 'betrace-test-ports');
/** How long (ms) a claim is respected: no test needs its ports longer. */
const CLAIMED_MS = 10 * 60_000;

/** Distinct ports of loopback that are free now, and that no other run on this machine found lately. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried++) {
    if (tried >= 2 * SLICE) throw new Error(`fewer than ${count} ports are free`);
    const port = FIRST + worker * SLICE + (next++ % SLICE);
    // When many runs have claimed all, a free one has to do.
    if (!ports.includes(port) && (await isFree(port)) && (claim(port) || tried >= SLICE)) ports.push(port);
  }
  return ports;
}

/** False if another run that still lives has claimed the port. */
function claim(port: number): boolean {
  const file = join(CLAIMS, String(port));
  mkdirSync(CLAIMS, { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (isClaimed(file)) return false;
    writeFileSync(file, String(process.pid));
    return true;
  }
}

function isClaimed(file: string): boolean {
  const owner = Number(readFileSync(file, 'utf8'));
  if (owner === process.pid || Date.now() - statSync(file).mtimeMs > CLAIMED_MS) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch {
    return false;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((answer) => {
    server.once('error', () => answer(false)).listen(port, () => server.close(() => answer(true)));
  });
}
