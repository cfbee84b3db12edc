import { expect, it } from '@jest/globals';
import { SharedAnswer } from './shared-answer.js';

function counted(fresh: number) {
  const made: PromiseWithResolvers<number>[] = [];
  let now = 0;
  const make = () => {
    made.push(Promise.withResolvers<number>());
    return made.at(-1)!.promise;
  };
  return { made, answer: new SharedAnswer(make, fresh, () => now), pass: (ms: number) => void (now += ms) };
}

it('an answer that takes longer than it stays fresh is made once, however often it is requested', async () => {
  const { made, answer, pass } = counted(2_000);
  const asked = Array.from({ length: 5 }, () => {
    pass(3_000);
    return answer.get();
  });
  expect(made).toHaveLength(1);
  made[0]!.resolve(7);
  expect(await Promise.all(asked)).toEqual([7, 7, 7, 7, 7]);
  // It is fresh from when it was made.
  pass(1_999);
  expect(await answer.get()).toBe(7);
  pass(1);
  void answer.get();
  expect(made).toHaveLength(2);
});

it('a failure is not kept', async () => {
  const { made, answer } = counted(2_000);
  const failed = answer.get();
  made[0]!.reject(new Error('the log is unavailable'));
  await expect(failed).rejects.toThrow('the log is unavailable');
  const again = answer.get();
  made[1]!.resolve(1);
  expect(await again).toBe(1);
});
