import { jest } from '@jest/globals';

// For every spec, also those of units: a busy machine gives a test a twentieth of a core, and that is no reason to fail.
jest.setTimeout(120_000);
