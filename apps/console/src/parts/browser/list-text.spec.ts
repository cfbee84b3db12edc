import { describe, expect, it } from '@jest/globals';
import { listOfText, textOfList } from './list-text';

describe('a list in the address', () => {
  it.each([
    [[]],
    [['']],
    [['span.attributes a b', 'x,y', '"quoted" \\ and \'single\'', '[1]', 'é\n&=%20+#', '\u{1f600}']],
    [['x'.repeat(4_000), 'y']],
  ])('is the same after it was in a link: %j', (list: readonly string[]) => {
    const search = new URLSearchParams({ tick: textOfList(list) });
    expect(listOfText(new URLSearchParams(`${search}`).get('tick') ?? '')).toEqual(list);
  });

  it.each([
    ['declined slow-checkout', ['declined', 'slow-checkout']],
    ['declined', ['declined']],
    ['404', ['404']],
    ['true  null', ['true', 'null']],
    ['["cut o', ['["cut', 'o']],
    ['', []],
  ])('is read from a link of an earlier version: %j', (text, list) => expect(listOfText(text)).toEqual(list));
});
