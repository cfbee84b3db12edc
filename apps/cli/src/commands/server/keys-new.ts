import { createHash, randomBytes } from 'node:crypto';
import { didYouMean, type KeyScope, SCOPES, suggest } from '#platform';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { UsageError } from '../../problems.js';
import type { Terminal } from '../../terminal.js';

export const keysNewCommand: Command = {
  name: 'keys new',
  summary: 'creates an API key, and its entry for the server',
  help: `betrace keys new NAME --scope SCOPE…

Prints a new key on standard error, and on standard output its entry for the file that BETRACE_API_KEYS_FILE names. The entry holds a hash:
the key itself is shown once and stored nowhere. NAME is recorded as the author of changes made with the key.

  --scope SCOPE          read, rules:write (reads, too), ingest (sends spans) or admin (everything); repeat for several
  --output FORMAT        text (the default) or json: the key and its entry, both on standard output

Example:
  echo 'keys:' > keys.yaml; betrace keys new ci --scope read >> keys.yaml

Exit code: 0.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, { scope: { type: 'string', multiple: true }, ...OUTPUT_OPTION });
    const isJson = asksForJson(values);
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) throw new UsageError('give one name');
    if (!/^[\w.@-]{1,64}$/.test(name)) throw new UsageError('a name has 1 to 64 letters, digits, dots, dashes, @ or _');
    const scopes = values.scope ?? [];
    const unknown = scopes.find((scope) => !SCOPES.includes(scope as KeyScope));
    if (unknown !== undefined)
      throw new UsageError(`there is no scope ${unknown}; there are ${SCOPES.join(', ')}${didYouMean(suggest(unknown, SCOPES))}`);
    if (scopes.length === 0) throw new UsageError(`give what it may do: --scope ${SCOPES.join('|')}`);
    const key = `bt_${randomBytes(32).toString('base64url')}`;
    const hash = createHash('sha256').update(key).digest('hex');
    const entry = { name, sha256: hash, scopes: [...new Set(scopes)] };
    if (isJson) terminal.out(`${JSON.stringify({ key, entry }, undefined, 2)}\n`);
    else {
      terminal.err(`the key, shown this once: ${key}\n`);
      terminal.out(`  - name: "${name}"\n    sha256: ${hash}\n    scopes: [${entry.scopes.join(', ')}]\n`);
    }
    return 0;
  },
};
