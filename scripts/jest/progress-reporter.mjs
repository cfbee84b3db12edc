// Prints the progress of a run: finished files, all files, failures. At intervals, because most files take a second.
const INTERVAL_MS = 30_000;

export default class ProgressReporter {
  #lastAt = 0;

  onRunStart() {
    this.#lastAt = Date.now();
  }

  onTestResult(_test, _result, { numTotalTestSuites, numPassedTestSuites, numFailedTestSuites, numPendingTestSuites }) {
    const now = Date.now();
    if (now - this.#lastAt < INTERVAL_MS) return;
    this.#lastAt = now;
    const done = numPassedTestSuites + numFailedTestSuites + numPendingTestSuites;
    const failed = numFailedTestSuites === 0 ? '' : `, ${numFailedTestSuites} failed`;
    process.stderr.write(`betrace: ${done} of ${numTotalTestSuites} files are done${failed}\n`);
  }
}
