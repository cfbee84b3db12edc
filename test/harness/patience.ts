import { jest } from '@jest/globals';
import fc from 'fast-check';

// For every spec, also those of units: a busy machine gives a test a twentieth of a core, and that is no reason to fail.
jest.setTimeout(120_000);

/** How long one property may run, shrinking included, in ms. No property of a passing run comes near it. */
const LONGEST_PROPERTY_MS = 600_000;

// A property that fails is shrunk without an end otherwise: with synchronous runs not even jest's timeout can end that, and a failure
// that would name its counterexample looks like a test run that hangs.
fc.configureGlobal({ interruptAfterTimeLimit: LONGEST_PROPERTY_MS, markInterruptAsFailure: true });
