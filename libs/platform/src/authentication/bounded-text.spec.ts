import { expect, it } from '@jest/globals';
import { boundedText } from './bounded-text.js';

it('reads no further than the limit in an answer that never ends, and cancels it', async () => {
  let sent = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 10;
      controller.enqueue(new Uint8Array(10));
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  await expect(boundedText(new Response(body), 25)).rejects.toThrow('answers more than 25 bytes');
  expect(isCancelled).toBe(true);
  expect(sent).toBeLessThanOrEqual(50);
});

it.each([
  ['exactly the limit', 'abcde', 'abcde'],
  ['nothing', null, ''],
  ['a character of several bytes', 'é…', 'é…'],
  ['a byte order mark, which JSON.parse refuses', '\ufeff{}', '{}'],
])('reads %s', async (_, body, text) => expect(await boundedText(new Response(body), 5)).toBe(text));
