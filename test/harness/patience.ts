import { jest } from '@jest/globals';

// Jest takes `testTimeout` only for all projects together; starting processes on a busy machine takes its time.
jest.setTimeout(120_000);
