import { Injectable } from '@nestjs/common';
import type { Problem } from './problem.js';

/** A request that was answered with a problem. */
export interface ProblemReport {
  readonly problem: Problem;
  /** The thrown error: the problem itself, or its cause. */
  readonly error: unknown;
  /** The route's template; undefined for an unknown path. */
  readonly route: string | undefined;
}

/** Reports refused requests to the parts of an app, including those that reached no handler (authentication, bodies). */
@Injectable()
export class ProblemReports {
  private readonly listeners: ((report: ProblemReport) => void)[] = [];

  listen(listener: (report: ProblemReport) => void): void {
    this.listeners.push(listener);
  }

  report(report: ProblemReport): void {
    for (const listener of this.listeners) listener(report);
  }
}
