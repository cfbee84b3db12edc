import { expect, it } from '@jest/globals';
import type { Configuration } from '#platform';
import { checkExport } from './check-export.js';

it('shows no password of an endpoint that takes no export', async () => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc'] as const) {
    const otlp = { endpoint: 'http://me:hunter2@127.0.0.1:1', protocol, headers: {} };
    const { found } = await checkExport({ otlp } as Configuration);
    expect(found).toMatchObject({ grade: 'fail', said: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1.* does not answer: /) });
    expect(found.said).not.toContain('hunter2');
  }
});
