import { join, relative } from 'node:path';
import { expect, jest } from '@jest/globals';
import fc from 'fast-check';
import { seedOf } from './random-seed.js';

// For every spec, unit specs too: a busy machine may give a test a twentieth of a core, which must not fail it. It is longer than the waits of a test together,
// which name what did not happen.
jest.setTimeout(600_000);

/** How long (ms) one property may run, including shrinking. A property in a passing run takes far less. */
const MAX_PROPERTY_MS = 600_000;

// Without this limit a failing property could shrink without end. Jest's timeout cannot stop synchronous runs, so the failure, which would name its
// counterexample, would look like a hanging run. The failure of a property names its seed, which is the seed of the file.
const seed = seedOf(relative(join(import.meta.dirname, '../..'), expect.getState().testPath ?? ''));
fc.configureGlobal({ seed, interruptAfterTimeLimit: MAX_PROPERTY_MS, markInterruptAsFailure: true });
