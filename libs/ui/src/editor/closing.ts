import type { Completion } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';

/** Inserts a text and its closing characters, over those that the editor has inserted already. */
export const closing =
  (text: string, end: string) =>
  (view: EditorView, _completion: Completion, from: number, to: number): void => {
    const after = view.state.sliceDoc(to, to + end.length);
    let there = 0;
    while (there < end.length && after[there] === end[there]) there++;
    view.dispatch({
      changes: { from, to: to + there, insert: text + end },
      selection: { anchor: from + text.length + end.length },
      userEvent: 'input.complete',
    });
  };
