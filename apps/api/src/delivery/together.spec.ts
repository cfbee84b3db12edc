import { describe, expect, it } from '@jest/globals';
import { Together } from './together.js';

describe('Together', () => {
  it('batches items that arrive together, and later ones separately', async () => {
    const done: (readonly number[])[] = [];
    const together = new Together<number>(async (items) => void done.push(items));
    await Promise.all([together.add(1), together.add(2), together.add(3)]);
    await together.add(4);
    expect(done).toEqual([[1, 2, 3], [4]]);
  });

  it('limits the size of a batch, except for a single larger item', async () => {
    const done: (readonly number[])[] = [];
    const together = new Together<number>(async (items) => void done.push(items), true, { size: (item) => item, max: 10 });
    await Promise.all([4, 5, 6, 20, 1, 2].map((item) => together.add(item)));
    expect(done).toEqual([[4, 5], [6], [20], [1, 2]]);
  });

  it('rejects all items of a failed batch, and no others', async () => {
    let failing = true;
    const together = new Together<number>(async () => {
      if (failing) throw new Error('refused');
    });
    const both = await Promise.allSettled([together.add(1), together.add(2)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing = false;
    await together.add(1);
  });

  it.each([
    [true, [[1], [2, 3]]],
    [false, [[1], [2], [3]]],
  ])('items that arrive during work wait for it only in turn (%s)', async (inTurn, expected) => {
    const begun: (readonly number[])[] = [];
    const hanging = Promise.withResolvers<void>();
    const together = new Together<number>(async (items) => {
      begun.push(items);
      if (items.includes(1)) await hanging.promise;
    }, inTurn);
    const first = together.add(1);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 30));
    await pause();
    const second = together.add(2);
    await pause();
    const third = together.add(3);
    await pause();
    hanging.resolve();
    await Promise.all([first, second, third]);
    expect(begun).toEqual(expected);
  });
});
