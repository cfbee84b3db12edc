import { join, relative } from 'node:path';
import { expect, jest } from '@jest/globals';
import fc from 'fast-check';
import { seedOf } from './random-seed.js';

// For every spec, also those of units: a busy machine gives a test a twentieth of a core, and that is no reason to fail.
jest.setTimeout(120_000);

/** How long one property may run, shrinking included, in ms. No property of a passing run comes near it. */
const LONGEST_PROPERTY_MS = 600_000;

// A property that fails is shrunk without an end otherwise: with synchronous runs not even jest's timeout can end that, and a failure
// that would name its counterexample looks like a test run that hangs.
// What a property fails with names its seed; the seed is that of the file.
const seed = seedOf(relative(join(import.meta.dirname, '../..'), expect.getState().testPath ?? ''));
fc.configureGlobal({ seed, interruptAfterTimeLimit: LONGEST_PROPERTY_MS, markInterruptAsFailure: true });
