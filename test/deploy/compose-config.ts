// docker-compose.yml as Compose reads it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The members of a resolved Compose file that the tests use. */
export interface ComposeProject {
  readonly services: Readonly<Record<string, ComposeService>>;
}

export interface ComposeService {
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly ports?: readonly { readonly target: number; readonly published: string; readonly host_ip?: string }[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly stop_grace_period?: string;
}

const root = join(import.meta.dirname, '../..');

/** Why Compose files cannot be read on this machine; undefined when they can. Throws with `CI` set. */
export function whyNoCompose(): string | undefined {
  if (reader() !== undefined) return undefined;
  const reason = 'neither `docker compose` nor `go` is in PATH';
  if (process.env['CI']) throw new Error(`the Compose file has to be checked in CI: ${reason}`);
  return reason;
}

/**
 * The output of `docker compose config` for a Compose file with these variables. It uses the plugin if it is installed (it needs no daemon), else Compose's
 * library, built with Go. Throws Compose's errors.
 */
export function composeConfig(variables: Readonly<Record<string, string>> = {}, file = 'docker-compose.yml'): ComposeProject {
  const { command, args, cwd } = reader(file)!;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return JSON.parse(stdout) as ComposeProject;
}

function reader(
  file = 'docker-compose.yml',
): { readonly command: string; readonly args: readonly string[]; readonly cwd: string } | undefined {
  const works = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (works('docker', 'compose', 'version')) {
    // Without a .env file, as with the library.
    return { command: 'docker', args: ['compose', '--env-file', '/dev/null', '-f', file, 'config', '--format', 'json'], cwd: root };
  }
  if (!works('go', 'version')) return undefined;
  return { command: 'go', args: ['run', '.', join(root, file)], cwd: join(import.meta.dirname, 'compose-config') };
}
