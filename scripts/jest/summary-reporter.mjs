// Writes the run's totals where .ci/run reads them. A spec file that fails to load counts as one failure.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.BETRACE_TEST_SUMMARY;
    if (!file) return;
    const summary = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(summary)}\n`);
  }
}
