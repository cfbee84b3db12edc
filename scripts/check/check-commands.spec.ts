import { describe, expect, it } from '@jest/globals';
import { commandProblems } from './check-commands.js';
import { commandsOf } from './document-commands.js';

const document = `# A page

    npm run site          # pages
    checkout 120ms service=shop

Then:

    $ curl -s http://localhost \\
        -d '{}'
    {"accepted":1}
    npm notice of what ran

\`\`\`bash
betrace check rules
betrace test rules
\`\`\`

\`\`\`yaml
npm: run
\`\`\`

    BETRACE_TRACING_ENDPOINT=tempo:4317 npm start
`;

describe('commands of a document', () => {
  it('are its blocks of bash, and the commands among indented lines', () => {
    expect(commandsOf(document)).toEqual([
      'npm run site',
      "curl -s http://localhost \\\n    -d '{}'",
      'betrace check rules\nbetrace test rules',
      'BETRACE_TRACING_ENDPOINT=tempo:4317 npm start',
    ]);
  });

  const specs: Readonly<Record<string, string>> = { 'test/page.spec.ts': 'reads docs/page.md', 'test/site.spec.ts': "run('npm run site')" };
  const problems = (claims: Parameters<typeof commandProblems>[2]) =>
    commandProblems('docs/page.md', document, claims, (file) => specs[file]);

  it('without a test are named', () => {
    expect(problems(undefined)).toHaveLength(4);
    expect(
      problems([
        { command: 'npm run site', by: 'test/site.spec.ts' },
        { command: 'curl', not: 'a network' },
      ]),
    ).toEqual([
      'docs/page.md: no test runs "betrace check rules", and scripts/check/check-commands.ts has no reason',
      'docs/page.md: no test runs "BETRACE_TRACING_ENDPOINT=tempo:4317 npm start", and scripts/check/check-commands.ts has no reason',
    ]);
    expect(problems({ by: 'test/page.spec.ts' })).toEqual([]);
  });

  it('have specs that exist and name them, and exist themselves', () => {
    const rest = [
      { command: 'betrace', not: 'r' },
      { command: 'BETRACE', not: 'r' },
      { command: 'curl', not: 'r' },
    ] as const;
    expect(problems([{ command: 'npm', by: 'test/gone.spec.ts' }, ...rest])).toEqual(['docs/page.md: there is no test/gone.spec.ts']);
    expect(problems([{ command: 'npm run site', by: 'test/page.spec.ts' }, ...rest])).toEqual([]);
    expect(commandProblems('docs/other.md', 'x', [{ command: 'npm', not: 'r' }], () => '')).toEqual([
      'docs/other.md: no command begins with "npm", of which scripts/check/check-commands.ts tells',
    ]);
    expect(commandProblems('docs/other.md', document, { by: 'test/page.spec.ts' }, (file) => specs[file])).toEqual([
      'docs/other.md: test/page.spec.ts names neither the document nor the command "npm run site"',
      expect.any(String),
      expect.any(String),
      expect.any(String),
    ]);
  });
});
