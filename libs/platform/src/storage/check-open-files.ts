import { readFileSync } from 'node:fs';
import { StartError } from '../start-error.js';

/** Open files of a process without connections, with a margin: databases, their logs, threads, libraries. */
const MIN_OPEN_FILES = 256;
/** Below this a busy process may reach its limit. */
const COMFORTABLE = 1_024;
const REMEDY = 'raise the limit (ulimit -n 65536; LimitNOFILE= in systemd)';

/**
 * Throws a StartError when this process may open too few files to start (Linux only). Returns a warning when it may run out of them.
 * @param limits the text of /proc/self/limits
 */
export function checkOpenFiles(limits: string | undefined = readLimits()): string | undefined {
  const max = Number(/^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
  if (max < MIN_OPEN_FILES)
    throw new StartError(`this process may open ${max} files, and BeTrace needs ${MIN_OPEN_FILES} at least; ${REMEDY}`);
  if (max >= COMFORTABLE) return undefined;
  return `this process may open ${max} files, connections among them; beyond, connections are refused: ${REMEDY}`;
}

function readLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
}
