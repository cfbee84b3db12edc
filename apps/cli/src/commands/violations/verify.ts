import { ed25519KeyId, keyId, readPublicKey, SigningError, type VerificationKeys, verifyViolation } from '#signing';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { readText } from '../../input.js';
import { CliError, UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';
import { downloadViolations, type SignedViolation, violationsOf } from './signed-violations.js';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'checks the signatures of violations, without the server',
  help: `betrace verify [keys] FILE…
betrace verify [keys] --url URL

FILE (- for standard input) holds JSON: an answer of GET /v1/violations?view=full, of GET /v1/violations/{id} or of its revisions, an
export as NDJSON, or a trace with exported violation and evidence spans as OTLP/JSON or as Tempo answers it. With --url the violations of a server are fetched and verified here.

  --key-env NAME         environment variable that holds the secret (default BETRACE_SIGNATURE_KEY); repeat for former secrets
  --key-file FILE        file that holds secrets, one to a line
  --public-key FILE      Ed25519 public key (PEM), for auditors without the secret
${SERVER_HELP}
  --output FORMAT        text (the default) or json
  --json                 the same as --output json
  -q, --quiet            lists only what is not valid

Exit code: 0 when all are valid, 1 when one is not or its key is missing, 2 when something cannot be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      'key-env': { type: 'string', multiple: true },
      'key-file': { type: 'string', multiple: true },
      'public-key': { type: 'string', multiple: true },
      ...OUTPUT_OPTION,
      json: { type: 'boolean' },
      quiet: { type: 'boolean', short: 'q' },
    });
    const isJson = asksForJson(values) || values.json === true;
    const keys = readKeys(values, terminal);
    if ((values.url === undefined) === (positionals.length === 0)) throw new UsageError('give files or --url');
    const violations =
      values.url === undefined
        ? (
            await Promise.all(positionals.map(async (file) => violationsOf(file === '-' ? await terminal.stdin() : readText(file), file)))
          ).flat()
        : await downloadViolations(new Server({ ...values, url: values.url }, terminal));
    const results = violations.map((violation) => ({ id: violation.id, key_id: violation.key_id, ...verifyViolation(violation, keys) }));
    if (isJson) terminal.out(`${JSON.stringify({ violations: results.map(json) }, undefined, 2)}\n`);
    else
      for (const result of results) if (!result.valid === true || values.quiet !== true) terminal.out(`${resultText(result, terminal)}\n`);
    const valid = results.filter((result) => result.valid === true).length;
    if (!isJson) terminal.out(`${valid} of ${results.length} valid\n`);
    return valid === results.length ? 0 : 1;
  },
};

type Result = Pick<SignedViolation, 'id' | 'key_id'> & ReturnType<typeof verifyViolation>;

function json({ id, key_id, valid, signature, publicSignature }: Result): object {
  return { id, valid, signature, public_signature: publicSignature, key_id };
}

function resultText({ id, key_id, valid, signature, publicSignature }: Result, terminal: Terminal): string {
  const parts = [
    `signature ${signature} (key ${visible(String(key_id))})`,
    ...(publicSignature === 'absent' ? [] : [`public signature ${publicSignature}`]),
  ];
  return `${worth(valid, terminal)} ${visible(String(id))}  ${parts.join(', ')}`;
}

/** `null` is not invalid: no key at hand can verify the signature. */
function worth(valid: boolean | null, terminal: Terminal): string {
  if (valid === null) return paint(terminal, 'yellow', 'UNKNOWN');
  return valid ? paint(terminal, 'green', 'valid  ') : paint(terminal, 'red', 'INVALID');
}

interface KeyValues {
  readonly 'key-env'?: readonly string[] | undefined;
  readonly 'key-file'?: readonly string[] | undefined;
  readonly 'public-key'?: readonly string[] | undefined;
}

/** One key per line, like the server's file of former keys. */
function secretsOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** The keys of the options; without any, the secret in the server's own variable. */
function readKeys(values: KeyValues, { environment }: Terminal): VerificationKeys {
  const named = values['key-env'] ?? (values['key-file'] || values['public-key'] ? [] : ['BETRACE_SIGNATURE_KEY']);
  const fromEnvironment = named.map((name) => {
    const secret = environment[name];
    if (secret) return secret;
    throw new CliError('BT_CLI_KEY', { what: `the environment variable ${name} is not set (see --key-env, --key-file, --public-key)` });
  });
  const secrets = [...fromEnvironment, ...(values['key-file'] ?? []).flatMap((file) => secretsOf(readText(file)))];
  try {
    const publicKeys = (values['public-key'] ?? []).map((file) => readPublicKey(readText(file)));
    return {
      secrets: new Map(secrets.map((secret) => [keyId(secret), { id: keyId(secret), secret }])),
      publicKeys: new Map(publicKeys.map((key) => [ed25519KeyId(key), key])),
    };
  } catch (error) {
    if (!(error instanceof SigningError)) throw error;
    throw new CliError('BT_CLI_KEY', { what: error.message });
  }
}
