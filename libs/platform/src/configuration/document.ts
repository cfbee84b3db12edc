import { type ConfigurationKey, KEYS } from './settings/keys.js';

const HEAD = `# Configuration

BeTrace reads \`betrace.yaml\` (the file named by \`--config\`, else by \`BETRACE_CONFIG\`, else the one in the working directory,
if it is there), environment variables and flags. A flag overrides a variable, a variable the file, the file the default. An
unknown key or flag is an error that names the file, the line and the nearest known name. Durations are written \`500ms\`,
\`10s\`, \`2m\`, \`1h\`, \`30d\` (a bare number is milliseconds), sizes \`64MiB\`, \`1GB\` or bytes. An empty variable counts as unset.

Every key but the secrets is also a flag by its own name: \`--server.http_port=8080\`. In the file, the part before the dot is a
group:

\`\`\`yaml
server:
  http_port: 12011
\`\`\`
`;

/** The text of `docs/configuration.md`. */
export function configurationDocument(): string {
  const groups = [...new Set(KEYS.map((key) => key.name.split('.')[0] ?? ''))];
  return `${HEAD}\n${groups.map(groupSection).join('\n')}`;
}

function groupSection(group: string): string {
  const rows = KEYS.filter((key) => key.name.startsWith(`${group}.`)).map(row);
  return `## ${group}\n\n| key | variable | flag | type | default | |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function row({ name, setting }: ConfigurationKey): string {
  const variables = setting.env.map((variable) => `\`${variable}\``).join(', ');
  const cells = [
    `\`${name}\``,
    variables,
    setting.flag === undefined ? '' : `\`${setting.flag}\``,
    setting.type.name.replaceAll('|', '\\|'),
    showDefault(setting),
    `${setting.doc}${setting.secret ? ' Secret.' : ''}${inTestMode(setting)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function showDefault(setting: ConfigurationKey['setting']): string {
  if (setting.default === undefined) return '';
  const shown = setting.type.show(setting.default);
  return shown === '' ? '' : `\`${shown}\``;
}

const inTestMode = (setting: ConfigurationKey['setting']): string =>
  setting.testDefault === undefined ? '' : ` In test mode \`${setting.type.show(setting.testDefault)}\`.`;

/** The text of `--help`: flags and variables, one a line. */
export function helpText(program: string): string {
  const lines = KEYS.map(({ flags, setting }) => {
    const names = [flags[0], setting.env[0]].filter((name) => name !== undefined).join(', ');
    const byDefault = showDefault(setting).replaceAll('`', '');
    return `  ${names.padEnd(62)} ${setting.doc.replaceAll('`', '')}${byDefault === '' ? '' : ` Default: ${byDefault}`}`;
  });
  return `Usage: ${program} [--config=betrace.yaml] [--flag=value …]\n\n${lines.join('\n')}\n`;
}
