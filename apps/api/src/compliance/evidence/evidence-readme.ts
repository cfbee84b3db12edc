import type { KeyView } from '../../violations/keys/keys.controller.js';
import type { ComplianceReport } from '../compliance.dto.js';

/** Explains the contents of an evidence pack, the meaning of its figures, and how an auditor verifies it. */
export function evidenceReadme({ framework, from, to, controls, limits }: ComplianceReport, keys: readonly KeyView[]): string {
  const pems = keys.filter(({ public_key: pem }) => pem !== undefined).map(({ id }) => id);
  const verify =
    pems.length === 0
      ? [
          'No Ed25519 key signed here, so there is no public key. Whoever has the secret verifies:',
          '',
          '    betrace verify --key-file SECRET violations-*.ndjson',
        ]
      : [
          'Verify the signatures with the public keys, without a server or a secret:',
          '',
          `    betrace verify ${pems.map((id) => `--public-key keys/${id}.pem`).join(' ')} violations-*.ndjson`,
          '',
          'A violation that was signed before the first of these keys was in use has an HMAC only.',
          'Whoever has the secret verifies it: betrace verify --key-file SECRET violations-*.ndjson',
          'Get the public keys by another way too, and compare: who forges a pack forges its keys.',
        ];
  const outcomes = controls.map(({ control, outcome }) => `    ${control}  ${outcome.replaceAll('_', ' ')}`);
  const lines = [
    `Evidence of ${framework}, ${from} to ${to}`,
    '',
    ...outcomes,
    '',
    'report.json, report.csv  the figures, control by control',
    'violations-*.ndjson      every violation of the rules in this time, as it was signed; also those',
    '                         that were taken back (retracted) or could not be judged (undecided)',
    'rules-*.ndjson           every version of these rules, with who changed it and when',
    'keys.json, keys/         the keys that signed, and their public halves',
    'SHA256SUMS               checksums of all other files: sha256sum -c SHA256SUMS',
    '',
    ...verify,
    '',
    'In scope are traces that closed while a rule of the control was enforced. Passed are those that are',
    'neither violated nor undecided. Nothing in scope is not a pass.',
    limits.counted_since === undefined
      ? 'No trace was counted yet.'
      : `Traces are counted since ${limits.counted_since}: before that nothing is known.`,
    'Spans are not in this pack; violations name their traces and the values that the rules read.',
  ];
  return `${lines.join('\n')}\n`;
}
