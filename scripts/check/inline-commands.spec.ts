import { describe, expect, it } from '@jest/globals';
import { inlineCommandProblems } from './inline-commands.js';

const known = {
  scripts: new Set(['start', 'bench', 'test', 'betrace']),
  commands: new Map([
    ['check', new Set(['--strict'])],
    ['rules export', new Set(['--output'])],
    ['serve', new Set<string>()],
  ]),
  flags: new Set(['--http-port']),
};
const problems = (markdown: string) => inlineCommandProblems('docs/page.md', markdown, known);

describe('commands in sentences', () => {
  it.each([
    ['`npm run bnech -- rules`', '`npm run bnech -- rules`: there is no script bnech. Is it bench?'],
    ['`npm run -s betrace -- chek x`', '`npm run -s betrace -- chek x`: there is no command chek. Is it check?'],
    ['`betrace check\n--explain x`', '`betrace check --explain x`: `betrace check` has no option --explain'],
    ['`betrace rules exprot`', '`betrace rules exprot`: there is no command rules'],
    ['`A=b npx betrace serve --http-prot=1`', '`A=b npx betrace serve --http-prot=1`: `betrace serve` has no option --http-prot'],
  ])('are reported if they do not exist: %s', (markdown, problem) => {
    expect(problems(`Before, ${markdown} and after.`)).toEqual([`docs/page.md: ${problem}`]);
  });

  it('are accepted if each part exists or is a placeholder; blocks are not sentences', () => {
    const right = [
      ...[
        'npm start',
        'npm run bench -- x',
        'npm run X',
        'npm ci',
        'npm run betrace -- COMMAND …',
        'betrace rules',
        'betrace check --strict x',
      ],
      ...['betrace serve --http-port=1', 'betrace serve ingest', 'betrace --version', 'betrace.yaml', 'betrace check --help'],
    ];
    expect(problems(right.map((one) => `\`${one}\``).join(', '))).toEqual([]);
    expect(problems('    npm run nothing # `npm run nothing`\n\n```bash\nx `npm run nothing`\n```\n')).toEqual([]);
  });
});
