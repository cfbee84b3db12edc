import { Global, Module } from '@nestjs/common';
import { EXPRESSION_THREAD_ENTRY } from '../expressions/expression-threads.js';
import { PREVIEW_THREAD_ENTRY } from '../preview/preview-jobs.js';

/** The threads' entries exist only in the build, which `npm test` makes first. */
const entry = (folder: string): URL => new URL(`../../../../dist/apps/api/src/${folder}/thread.js`, import.meta.url);
const entries = [
  { provide: EXPRESSION_THREAD_ENTRY, useValue: entry('expressions') },
  { provide: PREVIEW_THREAD_ENTRY, useValue: entry('preview') },
];

/** Lets an API that runs from sources start its threads. */
@Global()
@Module({ providers: entries, exports: entries.map(({ provide }) => provide) })
export class ThreadEntry {}
