import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { readInputs, writeText } from '../../input.js';
import { junit } from '../../judge/junit.js';
import { report, resultsJson } from '../../judge/report.js';
import { runRuleFile } from '../../judge/run-rule-file.js';
import { readRuleFile } from '../../rule-file/read-rule-file.js';
import type { Terminal } from '../../terminal.js';

export const testCommand: Command = {
  name: 'test',
  summary: 'runs the test cases of rule files',
  help: `betrace test [options] FILE…

FILE is a rule file (.yaml, .yml, .json) or a directory of them. The production engine judges every case, with
its spans in one batch, split, shuffled, duplicated, and with one of them late: all must give the expected verdict.

  --output FORMAT  text (the default) or json: each case, with why the rule matches or not
  --junit FILE     writes the results as JUnit XML too
  --strict         warnings of rules count as errors
  -v, --verbose    lists the cases that pass
  --explain        shows for every case why the rule matches or not, part by part

Warnings of rules go to standard error. Exit code: 0 when all cases pass, 1 when one fails or a rule has errors, 2 when a file cannot be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...OUTPUT_OPTION,
      junit: { type: 'string' },
      strict: { type: 'boolean' },
      explain: { type: 'boolean' },
      verbose: { type: 'boolean', short: 'v' },
    });
    const isJson = asksForJson(values);
    const inputs = await readInputs({ files: positionals }, terminal);
    const results = inputs.map(({ file, text }) => runRuleFile(readRuleFile(file, text), () => performance.now()));
    if (isJson) terminal.out(`${JSON.stringify(resultsJson(results), undefined, 2)}\n`);
    else {
      const sources = new Map(inputs.map(({ file, text }) => [file, text]));
      report(results, sources, { verbose: values.verbose === true, explain: values.explain === true }, terminal);
    }
    if (values.junit !== undefined) writeText(values.junit, junit(results));
    const good = results.every(({ errors, cases }) => errors.length === 0 && cases.every(({ failure }) => failure === undefined));
    const isClean = values.strict !== true || results.every(({ warnings }) => warnings.length === 0);
    return good && isClean ? 0 : 1;
  },
};
