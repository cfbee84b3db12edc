import { expect, test } from '@jest/globals';
import { sourceFiles } from './source-files.js';

test('lists files', () => expect(typeof sourceFiles).toBe('function'));
