import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Log } from './log.js';
import { MessagingModule } from './messaging.module.js';
import { LogUnavailable } from './problems.js';
import { topicSpecifications } from './records/topic-specification.js';

describe('MessagingModule', () => {
  it('provides the log to every module, and closes it when the application stops', async () => {
    const settings = { kind: 'embedded', writer: 'direct', topics: topicSpecifications({ partitions: 2 }) } as const;
    class Other {}
    const other = {
      module: Other,
      providers: [{ provide: Other, inject: [Log], useFactory: (log: Log) => log.partitions('betrace.spans') }],
    };
    const module = await Test.createTestingModule({ imports: [MessagingModule.forRoot(settings), other] }).compile();
    const app = await module.init();
    expect(app.get<number>(Other, { strict: false })).toBe(2);
    const log = app.get(Log);
    await log.check();
    await app.close();
    await expect(log.check()).rejects.toBeInstanceOf(LogUnavailable);
  });
});
