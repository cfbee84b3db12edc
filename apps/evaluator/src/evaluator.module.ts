import { Module } from '@nestjs/common';
import { StartThreads } from './start-threads.js';

/** Evaluation in worker threads. Needs PlatformModule and MessagingModule, which are global. */
@Module({ providers: [StartThreads] })
export class EvaluatorModule {}
