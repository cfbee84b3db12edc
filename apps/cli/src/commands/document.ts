import { COMMANDS } from './commands.js';

/** The text of `docs/cli.md`: the `--help` of every command. */
export async function cliDocument(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const sections = commands.map(({ name, summary, help }) => `## ${name}\n\n${summary}.\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`);
  return `# The command line

\`npm run betrace -- COMMAND …\` in this repository (after a build also \`node dist/apps/cli/src/main.js COMMAND …\`, with Node 24). Exit codes for
scripts: 0 success; 1 something was found (an error in a rule, a failed test case, an invalid signature); 2 the command
failed. Errors in files are written as \`file:line:column: error: message [code]\`; [errors](errors.md) lists the codes.
[Rule files](rule-files.md) describes their format.

${sections.join('\n')}`;
}
