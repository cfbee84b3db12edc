import { expect, it } from '@jest/globals';
import { CatalogueError, CodedError } from './coded-error.js';

const PROBLEMS = {
  BT_TEST_FULL: { status: 507, sentence: 'The disk {disk} is full.' },
  BT_TEST_LOST: { sentence: 'The disk {disk} is lost.' },
} as const;

class DiskError extends CatalogueError<typeof PROBLEMS> {
  constructor(code: keyof typeof PROBLEMS, disk: string, options?: { readonly codeFirst?: boolean; readonly cause?: unknown }) {
    super(PROBLEMS, code, { disk }, options);
  }
}

it('makes the error of a code: its sentence with the values, its status and its cause', () => {
  const cause = new Error('ENOSPC');
  const error = new DiskError('BT_TEST_FULL', '/data', { cause });
  expect(error).toBeInstanceOf(CodedError);
  expect(error).toMatchObject({ code: 'BT_TEST_FULL', message: 'The disk /data is full.', status: 507, values: { disk: '/data' } });
  expect(error.cause).toBe(cause);
});

it('has a status only if the catalogue has one, and a cause only if given', () => {
  const error = new DiskError('BT_TEST_LOST', '/data');
  expect(error.status).toBeUndefined();
  expect(Object.hasOwn(error, 'cause')).toBe(false);
});

it('starts the message with the code if the class requests it', () => {
  expect(new DiskError('BT_TEST_LOST', '{disk}', { codeFirst: true }).message).toBe('BT_TEST_LOST: The disk {disk} is lost.');
});
