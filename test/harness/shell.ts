import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The number of last characters of a failed script's output in the error. */
const SHOWN_CHARACTERS = 3_000;
/** For a pipe the command is its last part, and the numbers are the exit codes of all parts. */
const FAILED_AT = `trap 'echo "line $LINENO failed with \${PIPESTATUS[*]}: $BASH_COMMAND" >&2' ERR`;

/**
 * Runs a text in bash, like a user who pastes it from a guide; returns its output. An error names the command that failed, or the timeout, with the end of the
 * output.
 * @param timeoutMs milliseconds
 */
export async function shell(script: string, folder?: string, timeoutMs = 100_000): Promise<string> {
  const options = { ...(folder ? { cwd: folder } : {}), timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
  try {
    return (await run('bash', ['-Eeuo', 'pipefail', '-c', `${FAILED_AT}; ${script}`], options)).stdout;
  } catch (error) {
    const { code, killed, stdout = '', stderr = '' } = error as ExecFailure;
    const why = killed === true ? `is not done after ${timeoutMs / 1_000} s` : `ends with ${code}`;
    // Without the script, which `execFile`'s own error would show first, in hundreds of lines.
    throw new Error(`a script ${why}; it printed:\n${stdout.slice(-SHOWN_CHARACTERS)}\nand as errors:\n${stderr.slice(-SHOWN_CHARACTERS)}`);
  }
}

interface ExecFailure {
  readonly code?: number | string;
  readonly killed?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** The commands that this machine lacks. */
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
