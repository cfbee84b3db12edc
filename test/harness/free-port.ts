import { createServer } from 'node:net';

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

/** Distinct ports of loopback that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried++) {
    if (tried >= SLICE) throw new Error(`fewer than ${count} ports are free`);
    const port = FIRST + worker * SLICE + (next++ % SLICE);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((answer) => {
    server.once('error', () => answer(false)).listen(port, () => server.close(() => answer(true)));
  });
}
