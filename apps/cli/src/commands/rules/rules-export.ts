import { stringify } from 'yaml';
import { type Command, type ExitCode, readOptions } from '../../command.js';
import { outputFile, writeText } from '../../input.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import type { Terminal } from '../../terminal.js';

export const rulesExportCommand: Command = {
  name: 'rules export',
  summary: "writes a server's rules as a rule file",
  help: `betrace rules export [-o FILE]

${SERVER_HELP}
  -o, --output FILE      writes there instead of to standard output
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, { ...SERVER_OPTIONS, output: { type: 'string', short: 'o' } });
    const file = values.output === undefined ? undefined : outputFile(values.output, 'rules are written as YAML');
    const { rules } = (await new Server(values, terminal).get('/v1/rules')) as {
      readonly rules: readonly AnsweredRule[];
    };
    const text = stringify({ rules: rules.map(fileEntry) }, { lineWidth: 0, blockQuote: 'literal' });
    if (file === undefined) terminal.out(text);
    else writeText(file, text);
    return 0;
  },
};

export interface AnsweredRule {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: string;
  readonly tags: readonly string[];
  /** Absent in answers of earlier versions. */
  readonly controls?: readonly { readonly framework: string; readonly control: string }[];
  /** Absent in answers of earlier versions. */
  readonly emit_evidence?: boolean;
  readonly enabled: boolean;
  /** Absent in answers of earlier versions. */
  readonly mode?: string;
  readonly message?: string;
  /** Absent in answers of earlier versions. */
  readonly on_error?: string;
  /** Absent in answers of earlier versions. */
  readonly tests?: readonly object[];
}

/** The short form, without members that have their default values. */
function fileEntry({
  id,
  name,
  description,
  expression,
  severity,
  tags,
  controls = [],
  emit_evidence = false,
  enabled,
  mode,
  message,
  on_error = 'no_match',
  tests = [],
}: AnsweredRule): Record<string, unknown> {
  return {
    id,
    ...(name === id ? {} : { name }),
    ...(description === '' ? {} : { description }),
    severity,
    ...(tags.length === 0 ? {} : { tags }),
    ...(controls.length === 0 ? {} : { controls }),
    ...(emit_evidence ? { emit_evidence } : {}),
    ...(enabled ? {} : { enabled }),
    ...(mode === 'shadow' ? { mode } : {}),
    ...(message === undefined ? {} : { message }),
    ...(on_error === 'no_match' ? {} : { on_error }),
    expression,
    ...(tests.length === 0 ? {} : { tests }),
  };
}
