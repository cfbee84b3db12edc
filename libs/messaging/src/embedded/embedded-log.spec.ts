import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeLog } from '../log.contract.js';
import { EmbeddedLog } from './embedded-log.js';

describeLog('the embedded log in memory', {
  open: async (topics) => EmbeddedLog.open({ kind: 'embedded', topics, writer: 'direct' }),
  durable: false,
  timeoutMs: 60_000,
});

const root = mkdtempSync(join(tmpdir(), 'betrace-log-'));

describeLog('the embedded log on disk', {
  open: async (topics) => EmbeddedLog.open({ kind: 'embedded', topics, writer: 'direct', path: join(root, topics[0]!.name) }),
  durable: true,
  timeoutMs: 60_000,
});
