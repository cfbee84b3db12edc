import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { LastStop } from './last-stop.js';

const signal = () => process.emit('SIGUSR2', 'SIGUSR2');

describe('SIGUSR2, which announces the last stop', () => {
  afterEach(() => {
    process.removeAllListeners('SIGUSR2');
  });

  it('is remembered when it comes while the process starts', () => {
    const lastStop = new LastStop();
    expect(signal()).toBe(true);
    const listener = jest.fn();
    lastStop.listen(listener);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('is remembered when it came before the modules were loaded', () => {
    const listener = jest.fn();
    new LastStop(true).listen(listener);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('is received when it comes later, and does nothing before', () => {
    const lastStop = new LastStop();
    const listener = jest.fn();
    lastStop.listen(listener);
    expect(listener).not.toHaveBeenCalled();
    signal();
    signal();
    expect(listener).toHaveBeenCalledTimes(2);
  });
});
