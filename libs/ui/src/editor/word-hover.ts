import { syntaxTree } from '@codemirror/language';
import { type EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { type EditorView, hoverTooltip, type KeyBinding, showTooltip, type Tooltip } from '@codemirror/view';
import type { SeenAttribute } from '../api/types';
import { attributeInfo } from './attribute-info';
import type { AskSeen } from './complete-seen';
import type { Vocabulary } from './vocabulary';
import { type WordDocs, wordDocs } from './word-docs';

const PATH = /[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)*/g;
const ATTRIBUTE = /\battribute\.([A-Za-z_]\w*(?:\.\w+)*)|\b(?:attributes?|resource)\[\s*(["'])([^"'\]]+)\2\s*\]/g;

/** What the editor can say about a word. */
interface Sources {
  readonly vocabulary: Vocabulary;
  readonly seen: AskSeen | undefined;
}

/** The docs of the word under the pointer, and at the cursor by `F1`; `Escape` closes them. */
export function wordHover(sources: Sources): { readonly extension: Extension; readonly keys: readonly KeyBinding[] } {
  const show = StateEffect.define<Tooltip | null>();
  const shown = StateField.define<Tooltip | null>({
    create: () => null,
    update(tooltip, { effects, docChanged, selection }) {
      for (const effect of effects) if (effect.is(show)) return effect.value;
      return docChanged || selection !== undefined ? null : tooltip;
    },
    provide: (field) => showTooltip.from(field),
  });
  const keys: readonly KeyBinding[] = [
    {
      key: 'F1',
      preventDefault: true,
      run(view) {
        const { head } = view.state.selection.main;
        void docsAt(view.state, head, sources).then((tooltip) => view.dispatch({ effects: show.of(tooltip) }));
        return true;
      },
    },
    {
      key: 'Escape',
      run(view) {
        if (view.state.field(shown) === null) return false;
        view.dispatch({ effects: show.of(null) });
        return true;
      },
    },
  ];
  return { extension: [shown, hoverTooltip((view: EditorView, pos) => docsAt(view.state, pos, sources))], keys };
}

async function docsAt(state: EditorState, pos: number, { vocabulary, seen }: Sources): Promise<Tooltip | null> {
  const line = state.doc.lineAt(pos);
  const at = pos - line.from;
  const attribute = matchAt(line.text, ATTRIBUTE, at);
  if (attribute !== undefined) {
    const name = attribute[1] ?? attribute[3] ?? '';
    // On `attribute` itself the language says what it is.
    if (attribute[1] === undefined || at > attribute.index + 'attribute'.length) {
      const found = await seenAttribute(seen, name, attribute[0].startsWith('resource') ? 'resource' : 'span');
      return tooltip(line.from + attribute.index, line.from + attribute.index + attribute[0].length, () => attributeDom(name, found));
    }
  }
  if (/string|comment/.test(syntaxTree(state).resolveInner(pos, -1).name)) return null;
  const path = matchAt(line.text, PATH, at);
  if (path === undefined) return null;
  const rest = path[0].slice(at - path.index).search(/[.:]/);
  const end = rest < 0 ? path[0].length : at - path.index + rest;
  const written = path[0].slice(0, end);
  const docs = wordDocs(vocabulary, written);
  const from = line.from + path.index + Math.max(written.lastIndexOf('.'), written.lastIndexOf(':')) + 1;
  return docs === undefined ? null : tooltip(from, line.from + path.index + end, () => docsDom(docs));
}

function matchAt(text: string, pattern: RegExp, at: number): (RegExpMatchArray & { index: number }) | undefined {
  for (const match of text.matchAll(pattern)) if (match.index <= at && at <= match.index + match[0].length) return match;
  return undefined;
}

async function seenAttribute(seen: AskSeen | undefined, name: string, on: 'span' | 'resource') {
  if (seen === undefined) return undefined;
  try {
    const { attributes, sampled_spans } = await seen({ q: name, on });
    return { attribute: attributes.find((each) => each.name === name), sampled: sampled_spans };
  } catch {
    // Without the server, the values of recorded spans are not shown.
    return undefined;
  }
}

const tooltip = (pos: number, end: number, dom: () => HTMLElement): Tooltip => ({
  pos,
  end,
  above: true,
  create: () => ({ dom: dom() }),
});

function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function docsDom({ signature, doc, parameters, example }: WordDocs): HTMLElement {
  const box = element('div', 'cm-word-docs');
  box.setAttribute('role', 'tooltip');
  box.append(element('code', 'cm-word-signature', signature), element('p', '', doc));
  if (parameters.length > 0) {
    const list = element('dl', '');
    for (const { name, doc: text } of parameters) list.append(element('dt', '', name), element('dd', '', text));
    box.append(list);
  }
  if (example !== undefined) box.append(element('code', 'cm-word-example', example));
  return box;
}

function attributeDom(name: string, found: { readonly attribute: SeenAttribute | undefined; readonly sampled: number } | undefined) {
  const box = element('div', 'cm-word-docs');
  box.setAttribute('role', 'tooltip');
  const types = found?.attribute?.types.join(', ');
  box.append(element('code', 'cm-word-signature', types === undefined ? name : `${name} → ${types}`));
  const said =
    found === undefined
      ? 'An attribute. What spans have had is not known now.'
      : found.attribute === undefined
        ? `None of the last ${found.sampled} spans had it.`
        : attributeInfo(found.attribute, found.sampled);
  box.append(element('p', '', said));
  return box;
}
