import { attributes, escaped } from '../xml.js';
import { limitLines } from './backtest-text.js';
import type { Backtest } from './preview.js';

/** JUnit XML with a case per rule, which fails when the rule matches more traces than `max`. */
export function backtestJunit(backtests: readonly Backtest[], max: number): string {
  const failed = backtests.filter(({ result }) => result.matched_traces > max).length;
  const time = backtests.reduce((sum, { result }) => sum + result.cost.elapsed_seconds, 0).toFixed(3);
  const head = attributes({ name: 'betrace backtest', tests: backtests.length, failures: failed, errors: 0, time });
  const cases = backtests.map((one) => testcase(one, max));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    `  <testsuite${head}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testcase({ rule, result }: Backtest, max: number): string {
  const { traces, matched_traces, samples, cost } = result;
  const head = attributes({ name: rule, classname: 'backtest', time: cost.elapsed_seconds.toFixed(3) });
  const notes = [`matches ${matched_traces} of ${traces} traces`, ...limitLines(result)];
  const out = `\n      <system-out>${escaped(notes.join('\n'))}</system-out>`;
  if (matched_traces <= max) return `    <testcase${head}>${out}\n    </testcase>`;
  const message = attributes({ type: 'matches', message: `the rule matches ${matched_traces} traces; ${max} are allowed` });
  const details = samples.map((sample) => `${sample.trace_id}: ${sample.message}`).join('\n');
  return `    <testcase${head}>\n      <failure${message}>${escaped(details)}</failure>${out}\n    </testcase>`;
}
