import { Module } from '@nestjs/common';
import { logReport, MessagingModule, sharedLogSettings } from '#messaging';
import { CONFIGURATION, LOGGER, runApp } from '#platform';
import { connectSpansLog, EvaluatorModule } from './evaluator.module.js';

@Module({
  imports: [
    MessagingModule.forRootAsync({ inject: [CONFIGURATION, LOGGER], useFactory: sharedLogSettings, report: logReport }),
    EvaluatorModule,
  ],
})
class EvaluatorProcess {}

/** `lastStopAnnounced`: whether SIGUSR2 came while this file was loaded. */
export async function runEvaluator(lastStopAnnounced: () => boolean): Promise<void> {
  await runApp({ name: 'evaluator', exports: false, module: () => EvaluatorProcess, connect: connectSpansLog, lastStopAnnounced });
}
