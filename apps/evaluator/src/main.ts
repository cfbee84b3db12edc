import { Module } from '@nestjs/common';
import { logSettings, MessagingModule } from '#messaging';
import { CONFIGURATION, runApp } from '#platform';
import { EvaluatorModule } from './evaluator.module.js';

@Module({ imports: [MessagingModule.forRootAsync({ inject: [CONFIGURATION], useFactory: logSettings }), EvaluatorModule] })
class EvaluatorProcess {}

await runApp({ name: 'evaluator', module: () => EvaluatorProcess });
