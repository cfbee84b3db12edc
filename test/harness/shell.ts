import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a text as bash would, as a user pastes it from a guide; answers what it printed. Fails with its output when it fails.
 * `timeoutMs`: milliseconds.
 */
export async function shell(script: string, folder?: string, timeoutMs = 30_000): Promise<string> {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { ...(folder ? { cwd: folder } : {}), timeout: timeoutMs });
  return stdout;
}

/** Which of these commands this machine does not have. */
export async function missing(...commands: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    commands.map((command) =>
      run('bash', ['-c', `command -v ${command}`]).then(
        () => true,
        () => false,
      ),
    ),
  );
  return commands.filter((_, i) => !found[i]);
}
