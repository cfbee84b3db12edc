import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic as EditorDiagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Text } from '@codemirror/state';
import { EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Diagnostic } from '../api/types';
import { codePointOf } from '../format/plain-text';
import { type AskSeen, completeSeen } from './complete-seen';
import { completeDsl, dslLanguage } from './dsl-language';
import { editorTheme } from './editor-theme';
import type { Vocabulary } from './vocabulary';
import { wordHover } from './word-hover';

interface ExpressionEditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Of exactly this text; the places in another text would be wrong. */
  readonly diagnostics: readonly Diagnostic[];
  readonly vocabulary: Vocabulary | undefined;
  /** Absent: attributes are not completed. The same function each time. */
  readonly seen?: AskSeen;
  readonly onSave: () => void;
  readonly onTest: () => void;
  /** Absent where there is no preview. */
  readonly onPreview?: () => void;
  /** Absent where the text cannot be formatted. */
  readonly onFormat?: () => void;
}

/**
 * The text of a rule. It lives in a shadow root: there the editor's styles are sheets of the page, and not style elements, which the content
 * security policy refuses.
 */
export default function ExpressionEditor({
  value,
  onChange,
  diagnostics,
  vocabulary,
  seen,
  onSave,
  onTest,
  onPreview,
  onFormat,
}: ExpressionEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const completion = useRef(new Compartment());
  /** Reported texts that have not come back yet: such a text is not a change, even if the user has typed since. */
  const echoes = useRef<string[]>([]);
  /** Something was typed before there was a vocabulary to complete it. */
  const isUncompleted = useRef(false);
  const latest = useRef({ value, diagnostics, vocabulary, onChange, onSave, onTest, onPreview, onFormat });
  latest.current = { value, diagnostics, vocabulary, onChange, onSave, onTest, onPreview, onFormat };

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const call = (name: 'onSave' | 'onTest' | 'onPreview' | 'onFormat') => (): boolean => {
      latest.current[name]?.();
      return true;
    };
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          highlightSpecialChars({ render: invisibleCharacter, addSpecialChars: /[\u061c\u180e\u2060-\u206f\u202a-\u202c]/ }),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          completion.current.of(autocompletion()),
          dslLanguage,
          EditorView.lineWrapping,
          placeholder('span.duration > 1s'),
          EditorView.contentAttributes.of({ 'aria-label': 'Expression', spellcheck: 'false' }),
          keymap.of([
            { key: 'Mod-s', run: call('onSave'), preventDefault: true },
            { key: 'Mod-Shift-Enter', run: call('onPreview'), preventDefault: true },
            { key: 'Mod-Enter', run: call('onTest'), preventDefault: true },
            { key: 'Shift-Alt-f', run: call('onFormat'), preventDefault: true },
            { key: 'Mod-.', run: (now) => fixNearest(now, latest.current.diagnostics), preventDefault: true },
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...lintKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            if (latest.current.vocabulary === undefined)
              isUncompleted.current = update.transactions.some((each) => each.isUserEvent('input.type'));
            const written = update.state.doc.toString();
            echoes.current.push(written);
            latest.current.onChange(written);
          }),
          typeOver,
          editorTheme,
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    const echo = echoes.current.lastIndexOf(value);
    echoes.current.splice(0, echo + 1);
    if (echo >= 0 || editor === undefined || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: difference(editor.state.doc.toString(), value) });
    echoes.current = [];
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (vocabulary === undefined || editor === undefined) return;
    const docs = wordHover({ vocabulary, seen });
    editor.dispatch({
      effects: completion.current.reconfigure([
        autocompletion({ override: [...(seen === undefined ? [] : [completeSeen(seen)]), completeDsl(vocabulary)] }),
        docs.extension,
        keymap.of([...docs.keys]),
      ]),
    });
    if (isUncompleted.current && editor.hasFocus && isWithinWord(editor.state)) startCompletion(editor);
    isUncompleted.current = false;
  }, [vocabulary, seen]);

  useEffect(() => {
    const editor = view.current;
    if (editor !== undefined)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          diagnostics.map((each) => inEditor(each, editor.state.doc)),
        ),
      );
  }, [diagnostics]);

  return <div className="expression-editor" ref={host} />;
}

/** Whether the cursor is where typing opens the list of completions. */
function isWithinWord({ doc, selection: { main } }: EditorState): boolean {
  return main.empty && /[\w.]/.test(doc.sliceString(Math.max(0, main.head - 1), main.head));
}

/** Its name in place of an invisible character. */
function invisibleCharacter(code: number): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'invisible-character';
  mark.textContent = codePointOf(String.fromCodePoint(code));
  return mark;
}

/** Applies the fix of the problem at the cursor, else of the next one, else of the first. */
function fixNearest(editor: EditorView, diagnostics: readonly Diagnostic[]): boolean {
  const { head } = editor.state.selection.main;
  const fixes = diagnostics.flatMap((each) => (each.fix === undefined ? [] : [{ fix: each.fix, ...inEditor(each, editor.state.doc) }]));
  const found = fixes.find(({ from, to }) => from <= head && head <= to) ?? fixes.find(({ from }) => from >= head) ?? fixes[0];
  if (found === undefined) return false;
  const { start = 0, end = 0, text = '' } = found.fix;
  editor.dispatch({ changes: { from: start, to: end, insert: text }, selection: { anchor: start + text.length }, scrollIntoView: true });
  return true;
}

/** The one place where two texts differ: what is outside keeps its cursor and its marks. */
function difference(before: string, after: string): { readonly from: number; readonly to: number; readonly insert: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/**
 * Replaces a selection without the browser: it would keep the colour of the replaced text by an inline style, which the content
 * security policy refuses.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, editor) {
    const { data, inputType, isComposing } = event;
    if (inputType !== 'insertText' || data === null || isComposing) return false;
    const [from, to] = selectedNow(editor);
    if (from === to) return false;
    const insert = () =>
      editor.state.update({
        changes: { from, to, insert: data },
        selection: { anchor: from + data.length },
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    const taken = editor.state.facet(EditorView.inputHandler).some((handle) => handle(editor, from, to, data, insert));
    if (!taken) editor.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** What the browser has selected, from and to: the editor gets a new selection only after a moment. */
function selectedNow(editor: EditorView): readonly [number, number] {
  // In a shadow root the document's selection ends at the host; Chromium has one of the root, and elsewhere the document's reaches inside.
  const root = editor.root as { getSelection?: () => Selection | null };
  const selection = root.getSelection?.() ?? getSelection();
  const positions = [
    [selection?.anchorNode, selection?.anchorOffset],
    [selection?.focusNode, selection?.focusOffset],
  ].map(([node, offset]) => (node instanceof Node && editor.contentDOM.contains(node) ? editor.posAtDOM(node, Number(offset)) : undefined));
  const [anchor, head] = positions;
  const { main } = editor.state.selection;
  return anchor === undefined || head === undefined ? [main.from, main.to] : [Math.min(anchor, head), Math.max(anchor, head)];
}

function inEditor(
  { line = 1, column = 1, end_line = line, end_column = column + 1, severity, message, fix }: Diagnostic,
  text: Text,
): EditorDiagnostic {
  const at = (of: number, col: number): number => {
    const { from, to } = text.line(Math.min(text.lines, Math.max(1, of)));
    return Math.min(to, from + col - 1);
  };
  return {
    from: at(line, column),
    to: Math.max(at(line, column), at(end_line, end_column)),
    severity: severity === 'warning' ? 'warning' : 'error',
    message,
    actions:
      fix === undefined
        ? []
        : [
            {
              name: `Write ${fix.text}`,
              apply: (editor) => editor.dispatch({ changes: { from: fix.start ?? 0, to: fix.end ?? 0, insert: fix.text ?? '' } }),
            },
          ],
  };
}
