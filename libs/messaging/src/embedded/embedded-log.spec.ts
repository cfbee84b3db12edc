import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeLog } from '../log.contract.js';
import { EmbeddedLog } from './embedded-log.js';

describeLog('the embedded log in memory', {
  open: async (topics) => EmbeddedLog.open({ kind: 'embedded', topics, writer: 'direct' }),
  patience: 5_000,
});

describeLog('the embedded log on disk', {
  open: async (topics) =>
    EmbeddedLog.open({ kind: 'embedded', topics, writer: 'direct', path: mkdtempSync(join(tmpdir(), 'betrace-log-')) }),
  patience: 5_000,
});
