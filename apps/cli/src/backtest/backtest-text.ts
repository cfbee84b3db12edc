import { visible } from '../table.js';
import { paint, type Terminal } from '../terminal.js';
import type { Backtest, PreviewResult, PreviewSample } from './preview.js';

const BARS = '▁▂▃▄▅▆▇█';
const number = (value: number): string => value.toLocaleString('en-US');
const counted = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

/** The result of a rule as text for people. */
export function backtestText({ rule, result }: Backtest, terminal: Terminal): string {
  const { traces, matched_traces, violations, samples, comparison } = result;
  const share = traces === 0 ? '' : ` (${percent(matched_traces / traces)})`;
  const head = `${paint(terminal, 'bold', visible(rule))}: ${number(matched_traces)} of ${counted(traces, 'trace')}${share}, ${counted(violations, 'violation')}`;
  const lines = [
    ...(matched_traces === 0 ? [] : [histogramLine(result)]),
    ...(comparison === undefined
      ? []
      : [`only new ${number(comparison.only_new)}, only old ${number(comparison.only_old)}, both ${number(comparison.both)}`]),
    ...(comparison === undefined
      ? samples.map(sampleLine)
      : [
          ...comparison.only_new_samples.map((sample) => `only new: ${sampleLine(sample)}`),
          ...comparison.only_old_samples.map((sample) => `only old: ${sampleLine(sample)}`),
        ]),
    ...costLines(result),
    ...limitLines(result).map((line) => paint(terminal, 'dim', line)),
  ];
  return [head, ...lines.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

/** The limits of a result, one sentence each. */
export function limitLines({ from, limits }: PreviewResult): readonly string[] {
  const { open_traces, began_before, deleted_records, defects, known_from } = limits;
  return [
    ...(open_traces === 0 ? [] : [`${counted(open_traces, 'trace is', 'traces are')} not closed yet: what they match may change`]),
    ...(began_before === 0
      ? []
      : [`${counted(began_before, 'trace')} began before ${from}, and ${began_before === 1 ? 'is' : 'are'} left out`]),
    ...(known_from === undefined ? [] : [`the log begins late: of some partitions only traces from ${known_from} on count`]),
    ...(deleted_records === 0 ? [] : [`${counted(deleted_records, 'record')} of the log went while it was read`]),
    ...(defects === 0 ? [] : [`BeTrace met ${counted(defects, 'defect')}: something was not judged; please report it`]),
  ];
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? '< 0.1 %' : `${value.toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;
}

function histogramLine({ from, to, histogram }: PreviewResult): string {
  const max = Math.max(...histogram.map(({ matched_traces }) => matched_traces));
  const bar = ({ matched_traces }: { readonly matched_traces: number }): string =>
    matched_traces === 0 ? '·' : BARS[Math.ceil((matched_traces / max) * BARS.length) - 1]!;
  const minutes = (time: string): string => `${time.slice(0, 16)}Z`;
  return `${minutes(from)} ${histogram.map(bar).join('')} ${minutes(to)}`;
}

function sampleLine({ timestamp, trace_id, service, message }: PreviewSample): string {
  return visible(`${timestamp.slice(0, 19)}Z ${trace_id}${service === '' ? '' : ` ${service}`}: ${message}`);
}

function costLines({ cost }: PreviewResult): readonly string[] {
  const { evaluations, evaluation_seconds, evaluation_errors, undecided, errors } = cost;
  return [
    ...(evaluations === 0 ? [] : [`cost: ${evaluation_seconds} s of a processor for ${counted(evaluations, 'evaluation')}`]),
    ...(undecided === 0 ? [] : [`${counted(undecided, 'judgement')} could not be decided`]),
    ...(evaluation_errors === 0
      ? []
      : [
          `${counted(evaluation_errors, 'evaluation')} failed: ${errors.map(({ message, count }) => visible(`${message} (${number(count)})`)).join('; ')}`,
        ]),
  ];
}
