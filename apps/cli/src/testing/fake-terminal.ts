import type { ExitCode } from '../command.js';
import { runCli } from '../run-cli.js';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line like a user, without colours. */
export async function betrace(
  args: readonly string[],
  { stdin = '', environment = {} }: { readonly stdin?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colors: false,
    environment,
    stdin: async () => stdin,
  });
  return { code, out, err };
}
