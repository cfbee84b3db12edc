import { expect, it } from '@jest/globals';
import { filledSentence } from './filled-sentence.js';

it('fills in names, and says which value is missing', () => {
  expect(filledSentence('{topic} has {count} of {count} partitions', { topic: 'a$&b', count: 0 })).toBe('a$&b has 0 of 0 partitions');
  expect(filledSentence('{topic} {constructor}', {})).toBe('? ?');
  expect(filledSentence('{topic}.', {}, '')).toBe('.');
  expect(filledSentence('{ } {a b} {value}', { value: '{value}' })).toBe('{ } {a b} {value}');
});
