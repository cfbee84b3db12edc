import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How much of what a failed script printed its error shows: the end. */
const SHOWN_CHARACTERS = 3_000;
/** Of a pipe, the command is its last part, and the numbers are the exit codes of all. */
const FAILED_AT = `trap 'echo "line $LINENO failed with \${PIPESTATUS[*]}: $BASH_COMMAND" >&2' ERR`;

/**
 * Runs a text as bash would, as a user pastes it from a guide; answers what it printed. When it fails, the error has the command that failed, or that the time
 * was over, and the end of what was printed. `timeoutMs`: milliseconds.
 */
export async function shell(script: string, folder?: string, timeoutMs = 100_000): Promise<string> {
  const options = { ...(folder ? { cwd: folder } : {}), timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
  try {
    return (await run('bash', ['-Eeuo', 'pipefail', '-c', `${FAILED_AT}; ${script}`], options)).stdout;
  } catch (error) {
    const { code, killed, stdout = '', stderr = '' } = error as ExecFailure;
    const why = killed === true ? `is not done after ${timeoutMs / 1_000} s` : `ends with ${code}`;
    // Not the script, as the error of `execFile` has it: what happened would stand behind hundreds of lines.
    throw new Error(`a script ${why}; it printed:\n${stdout.slice(-SHOWN_CHARACTERS)}\nand as errors:\n${stderr.slice(-SHOWN_CHARACTERS)}`);
  }
}

interface ExecFailure {
  readonly code?: number | string;
  readonly killed?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
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
