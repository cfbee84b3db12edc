import { type INestApplication, Module } from '@nestjs/common';
import { SpansLogStrategy } from './threads/spans-log-strategy.js';
import { ThreadPool } from './threads/thread-pool.js';

/** Evaluation in worker threads, fed by the spans log. Needs PlatformModule and MessagingModule, which are global. */
@Module({ providers: [ThreadPool, SpansLogStrategy] })
export class EvaluatorModule {}

/** Makes an application with the EvaluatorModule a Nest microservice over the spans log, in addition to its HTTP server. */
export function connectSpansLog(app: INestApplication): void {
  app.connectMicroservice({ strategy: app.get(SpansLogStrategy) });
}
