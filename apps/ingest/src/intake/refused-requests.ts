import { Injectable } from '@nestjs/common';
import { ProblemReports } from '#platform';
import { OTHER_SIGNALS } from '../receive/other-signals.js';
import type { Receiver } from '../receive/receiver.js';
import { Intake } from './intake.js';

const RECEIVER_OF_ROUTE: Readonly<Record<string, Receiver>> = {
  '/v1/traces': 'otlp_http',
  '/v1/spans': 'spans_json',
  ...Object.fromEntries(OTHER_SIGNALS.map(({ path }) => [path, 'otlp_http'])),
};

/** Counts HTTP requests that are refused before their handler: without a key, too large, in an unknown encoding. */
@Injectable()
export class RefusedRequests {
  constructor(reports: ProblemReports, intake: Intake) {
    reports.listen(({ route, error }) => {
      const receiver = route === undefined ? undefined : RECEIVER_OF_ROUTE[route];
      if (receiver !== undefined) intake.refused(receiver, error);
    });
  }
}
