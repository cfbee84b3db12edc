import { useMemo } from 'react';
import { listOfText, textOfList } from './list-text';
import { useSettlingAddress } from './use-address';

/**
 * A list of texts in the address, such as ids; undefined where the address has none. A reload and a colleague see what is chosen item by item, since "all"
 * would choose what came later, too.
 */
export function useListInAddress(name: string): readonly [readonly string[] | undefined, (list: readonly string[] | undefined) => void] {
  const [text, setText] = useSettlingAddress(name);
  const list = useMemo(() => (text === undefined ? undefined : listOfText(text)), [text]);
  return [list, (next) => setText(next === undefined ? undefined : textOfList(next))];
}
