import { COMMANDS } from './all.js';

/** The text of `docs/cli.md`: what `--help` says of every command. */
export async function cliDocument(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const sections = commands.map(({ name, summary, help }) => `## ${name}\n\n${summary}.\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`);
  return `# The command line

\`npm run betrace -- COMMAND …\` in this repository (after a build also \`node dist/apps/cli/src/main.js COMMAND …\`, with Node 24). Exit codes are for
scripts: 0 all is well; 1 something was found (an error in a rule, a failed test case, a signature that is not valid); 2 the command could
not be done as it was asked. Errors in files are written as \`file:line:column: error: message [code]\`; [errors](errors.md) lists the codes.
The form of rule files is described in [rule files](rule-files.md).

${sections.join('\n')}`;
}
