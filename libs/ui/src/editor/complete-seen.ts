import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { SeenAttributes } from '../api/types';
import { share } from '../format/count';
import { attributeInfo } from './attribute-info';
import { closing } from './closing';
import { quoted } from './quoted';

type On = 'span' | 'resource';

/** Requests the attributes of the last spans whose names contain a text. */
export type AskSeen = (query: { readonly q: string; readonly on: On }) => Promise<SeenAttributes>;

/** A name, in brackets or after dots, up to the cursor. */
const NAME_IN_BRACKETS = /\b(attributes?|resource)\[\s*(["'])([^"'\]]*)$/;
const NAME_AFTER_DOT = /\battribute\.([A-Za-z_]\w*(?:\.\w*)*)?$/;
/** A value: a comparison of an attribute, and the literal so far. */
const VALUE =
  /(?:\battribute\.([A-Za-z_][\w.]*)|\b(attributes?|resource)\[\s*["']([^"'\]]+)["']\s*\]|\b(?:span|\w+)\.(service))\s*(?:==|~=|!=)\s*("[^"]*|[\w.-]*)$/;
/** What can be written after dots. */
const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

const MAX_LINE_LENGTH = 2_000;

/** Completes names and values of recorded attributes; null at other places. */
export function completeSeen(ask: AskSeen): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = context.state.sliceDoc(Math.max(line.from, context.pos - MAX_LINE_LENGTH), context.pos);
    const value = VALUE.exec(before);
    const asked = value === null ? nameAt(before) : undefined;
    if (value === null && asked === undefined) return null;
    try {
      return value === null ? await namesFor(ask, asked as NamePlace, context) : await valuesFor(ask, value, context);
    } catch {
      // Without the server, recorded names and values are missing.
      return null;
    }
  };
}

interface NamePlace {
  readonly on: On;
  readonly written: string;
  readonly quote: string | undefined;
}

function nameAt(before: string): NamePlace | undefined {
  const bracket = NAME_IN_BRACKETS.exec(before);
  if (bracket !== null) return { on: onOf(bracket[1]), written: bracket[3] ?? '', quote: bracket[2] };
  const dotted = NAME_AFTER_DOT.exec(before);
  return dotted === null ? undefined : { on: 'span', written: dotted[1] ?? '', quote: undefined };
}

const onOf = (owner: string | undefined): On => (owner === 'resource' ? 'resource' : 'span');

async function namesFor(ask: AskSeen, { on, written, quote }: NamePlace, context: CompletionContext): Promise<CompletionResult | null> {
  const { attributes, total, sampled_spans } = await ask({ q: written, on });
  const named = attributes.filter(({ name }) => (quote === undefined ? PATH.test(name) : !name.includes(quote) && !name.includes('\\')));
  return {
    from: context.pos - written.length,
    options: named.map((each) => ({
      label: each.name,
      type: 'property',
      detail: `${each.types.join(', ')}, ${share(each.spans, sampled_spans)}`,
      info: attributeInfo(each, sampled_spans),
      boost: boostOf(each.spans, sampled_spans),
      ...(quote === undefined ? {} : { apply: closing(each.name, `${quote}]`) }),
    })),
    // The list is complete: further letters filter it.
    ...(total <= attributes.length ? { validFor: /^[^"'\]\s]*$/ } : {}),
  };
}

async function valuesFor(ask: AskSeen, found: RegExpExecArray, context: CompletionContext): Promise<CompletionResult | null> {
  const [, path, owner, key, service, written = ''] = found;
  const name = service === undefined ? (path ?? key ?? '') : 'service.name';
  const on = service === undefined ? onOf(owner) : 'resource';
  const { attributes, sampled_spans } = await ask({ q: name, on });
  const seen = attributes.find((each) => each.name === name);
  if (seen === undefined || seen.values.length === 0) return null;
  const isText = written.startsWith('"');
  const options = seen.values
    .filter(({ value }) => !isText || typeof value === 'string')
    .map(({ value, spans }): Completion => {
      const literal = typeof value === 'string' ? quoted(value) : String(value);
      return {
        label: literal,
        type: 'constant',
        detail: share(spans, sampled_spans),
        boost: boostOf(spans, sampled_spans),
        apply: isText ? closing(literal.slice(0, -1), '"') : literal,
      };
    });
  return { from: context.pos - written.length, options, validFor: /^"?[^"]*$/ };
}

/** Frequent ones come first. CodeMirror takes -99 to 99. */
const boostOf = (spans: number, of: number): number => (of === 0 ? 0 : Math.round((99 * spans) / of));
