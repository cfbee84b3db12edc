import { Global, Module } from '@nestjs/common';
import { EXPRESSION_THREAD_ENTRY } from '../expressions/expression-threads.js';

/** The thread's entry exists in the build only, which `npm test` makes first. */
const entry = new URL('../../../../dist/apps/api/src/expressions/thread.js', import.meta.url);

/** Lets an API that runs from its sources start its threads. */
@Global()
@Module({ providers: [{ provide: EXPRESSION_THREAD_ENTRY, useValue: entry }], exports: [EXPRESSION_THREAD_ENTRY] })
export class ThreadEntry {}
