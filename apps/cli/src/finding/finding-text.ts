import { visible, visibleLines } from '../table.js';
import { paint, type Terminal } from '../terminal.js';
import type { Finding } from './finding.js';

/** A finding in the format of compilers: `file:line:column: error: message [code]`, the line of the file with a mark under the place, and suggestions. */
export function findingText(finding: Finding, source: string, terminal: Terminal): string {
  const { file, line, column, severity, code, message, expected, suggestion } = finding;
  const head = `${visible(file)}:${line}:${column}: ${paint(terminal, severity === 'error' ? 'red' : 'yellow', severity)}: ${visibleLines(message)} ${paint(terminal, 'dim', `[${code}]`)}`;
  const text = (source.split(/\r\n|\r|\n/)[line - 1] ?? '').replaceAll('\t', ' ');
  // A line that is too long for a screen is cut around the place.
  const from = column > 100 ? column - 60 : 0;
  const before = visible(text.slice(from, column - 1));
  const shown = before + visible(text.slice(Math.max(from, column - 1), from + 140));
  const lines = [head, ...(shown.trim() === '' ? [] : [`  ${shown}`, `  ${' '.repeat([...before].length)}${paint(terminal, 'red', '^')}`])];
  if (expected !== undefined) lines.push(`  expected: ${visibleLines(expected)}`);
  if (suggestion !== undefined) lines.push(`  did you mean: ${visibleLines(suggestion)}`);
  return lines.join('\n');
}
