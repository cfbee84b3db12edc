/** The input and output of a command; tests replace it. */
export interface Terminal {
  /** The requested data. */
  out(text: string): void;
  /** Everything else: progress, errors. */
  err(text: string): void;
  readonly colors: boolean;
  /** `err` is a terminal, where a line may be overwritten. */
  readonly interactive?: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  stdin(): Promise<string>;
}

export type Color = 'red' | 'yellow' | 'green' | 'dim' | 'bold';

const CODES: Readonly<Record<Color, number>> = { red: 31, yellow: 33, green: 32, dim: 2, bold: 1 };

export function paint(terminal: Terminal, color: Color, text: string): string {
  return terminal.colors ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
}

/**
 * Ends the process when its reader is gone (`| head`): silently, with a shell's exit code for SIGPIPE. If the output cannot be written, it prints a sentence
 * and exits. Without these listeners the error would be a stack trace.
 */
function endWithReader(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(SIGPIPE_CODE);
      // For instance a full disk. Printing may fail too: then only the exit code reports it.
      if (stream !== process.stderr)
        process.stderr.write(`betrace: cannot write the output: ${error.message}\n`, () => process.exit(FAILED_CODE));
      else process.exit(FAILED_CODE);
    });
  }
}

/** The command failed. */
const FAILED_CODE = 2;
/** 128 + SIGPIPE */
const SIGPIPE_CODE = 141;

/** The process's own terminal, with colours if it is interactive, can show them, and NO_COLOR is unset. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  endWithReader(stdout, stderr);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colors: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    interactive: stderr.isTTY === true,
    environment: env,
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
