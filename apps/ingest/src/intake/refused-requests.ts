import { Injectable } from '@nestjs/common';
import { ProblemReports } from '#platform';
import { OTHER_SIGNALS } from '../receive/other-signals.js';
import type { Receiver } from '../receive/receiver.js';
import { Intake } from './intake.js';

/** The HTTP routes of each receiver. */
const ROUTES: Readonly<Record<Receiver, readonly string[]>> = {
  otlp_http: ['/v1/traces', ...OTHER_SIGNALS.map(({ path }) => path)],
  spans_json: ['/v1/spans'],
  otlp_grpc: [],
  kafka: [],
};
const RECEIVER_OF_ROUTE = new Map(
  (Object.keys(ROUTES) as Receiver[]).flatMap((receiver) => ROUTES[receiver].map((route) => [route, receiver] as const)),
);

/** Counts HTTP requests that are refused before their handler: without a key, too large, in an unknown encoding. */
@Injectable()
export class RefusedRequests {
  constructor(reports: ProblemReports, intake: Intake) {
    reports.listen(({ route, error }) => {
      const receiver = route === undefined ? undefined : RECEIVER_OF_ROUTE.get(route);
      if (receiver !== undefined) intake.refused(receiver, error);
    });
  }
}
