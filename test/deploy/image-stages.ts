import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../harness/repository.js';

export interface ImageStage {
  readonly base: string;
  /** The variables of `ENV`, without those of the base. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** The instructions as text. */
  readonly text: string;
}

/** The stages of `deploy/docker/Dockerfile` by name, in order. */
export function imageStages(): ReadonlyMap<string, ImageStage> {
  const text = readFileSync(join(REPOSITORY, 'deploy/docker/Dockerfile'), 'utf8');
  return new Map(
    text
      .split(/^FROM /m)
      .slice(1)
      .map((stage) => {
        const [, base = '', name = ''] = /^(\S+) AS (\S+)$/m.exec(stage) ?? [];
        const pairs = [...stage.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => line.split(' '));
        const environment = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
        const list = (instruction: string): readonly string[] | undefined => {
          const found = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(stage)?.[1];
          return found === undefined ? undefined : (JSON.parse(found) as string[]);
        };
        const user = /^USER (\S+)$/m.exec(stage)?.[1];
        const [entrypoint, command] = [list('ENTRYPOINT'), list('CMD')];
        return [
          name,
          {
            base,
            environment,
            text: stage,
            ...(user === undefined ? {} : { user }),
            ...(entrypoint === undefined ? {} : { entrypoint }),
            ...(command === undefined ? {} : { command }),
          },
        ] as const;
      }),
  );
}
