import { createServer } from 'node:net';

/**
 * Below the ports that operating systems give to outgoing connections (from 32768 or 49152 on): one of those may be taken between
 * the moment it was found free and the moment a server that was told of it listens.
 */
const [FIRST, LAST] = [10_000, 32_767];
/** Each worker of jest has ports of its own; a process that is none has the first. */
const SLICES = 16;
const SLICE = Math.floor((LAST - FIRST + 1) / SLICES);
const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % SLICES;

/** Begins anywhere, for other runs on the machine; none is given twice before all were. */
let next = Math.floor(Math.random() * SLICE);

/** Ports of the loopback that nobody listens on now, all different. */
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
