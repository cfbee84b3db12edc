import { describe, expect, it } from '@jest/globals';
import { type LogError, logProblem } from '../../problems.js';
import { TopicWatch } from './topic-watch.js';

const mismatch = (topic: string, difference: string): LogError =>
  logProblem('BT_LOG_TOPIC_MISMATCH', { topic, difference, remedy: 'Change it.' });

describe('TopicWatch', () => {
  it('reports each mismatch once, and its end; keeps it while the settings are unknown', async () => {
    const said: string[] = [];
    let answer: () => Promise<readonly LogError[]> = async () => [];
    const watch = new TopicWatch(
      () => answer(),
      (level, message) => void (level === 'debug' || said.push(`${level} ${message}`)),
    );
    await watch.look();
    expect(watch.mismatches).toEqual([]);

    const one = mismatch('spans', 'message.timestamp.type is CreateTime');
    answer = async () => [one];
    await watch.look();
    await watch.look();
    expect(watch.mismatches).toEqual([one]);

    answer = () => Promise.reject(new Error('no broker'));
    await watch.look();
    expect(watch.mismatches).toEqual([one]);

    const other = mismatch('spans', 'it has 6 partitions, must have 4');
    answer = async () => [other];
    await watch.look();
    expect(watch.mismatches).toEqual([other]);

    answer = async () => [];
    await watch.look();
    expect(watch.mismatches).toEqual([]);
    expect(said).toEqual([`error ${one.message}`, `error ${other.message}`, 'info topic spans is as BeTrace needs it again']);
  });
});
