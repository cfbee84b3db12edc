import { paint, type Terminal } from '../terminal.js';
import type { Finding } from './finding.js';

/** A finding in the format of compilers: `file:line:column: error: message [code]`, the line of the file with a mark under the place, and suggestions. */
export function findingText(finding: Finding, source: string, terminal: Terminal): string {
  const { file, line, column, severity, code, message, expected, suggestion } = finding;
  const head = `${file}:${line}:${column}: ${paint(terminal, severity === 'error' ? 'red' : 'yellow', severity)}: ${message} ${paint(terminal, 'dim', `[${code}]`)}`;
  const text = (source.split(/\r\n|\r|\n/)[line - 1] ?? '').replaceAll('\t', ' ');
  // A line that is too long for a screen is cut around the place.
  const from = column > 100 ? column - 60 : 0;
  const shown = text.slice(from, from + 140);
  const lines = [
    head,
    ...(shown.trim() === '' ? [] : [`  ${shown}`, `  ${' '.repeat(Math.max(0, column - 1 - from))}${paint(terminal, 'red', '^')}`]),
  ];
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (suggestion !== undefined) lines.push(`  did you mean: ${suggestion}`);
  return lines.join('\n');
}
