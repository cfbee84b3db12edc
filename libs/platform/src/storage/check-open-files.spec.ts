import { describe, expect, it } from '@jest/globals';
import { StartError } from '../start-error.js';
import { checkOpenFiles } from './check-open-files.js';

const limits = (files: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${files}                 ${files}                 files     \n`;

describe('the limit of open files', () => {
  it('is an error when the process could not work', () => {
    expect(() => checkOpenFiles(limits('64'))).toThrow(StartError);
    expect(() => checkOpenFiles(limits('64'))).toThrow('may open 64 files, and BeTrace needs 256 at least; raise the limit (ulimit -n');
  });
  it('is a warning when connections may reach it', () => expect(checkOpenFiles(limits('512'))).toContain('may open 512 files'));
  it.each(['1024', '1048576', 'unlimited'])('is fine with %s', (files) => expect(checkOpenFiles(limits(files))).toBeUndefined());
  it('is not checked where the system does not report it', () => expect(checkOpenFiles('')).toBeUndefined());
});
