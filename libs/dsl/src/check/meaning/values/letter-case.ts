import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved, StringTestNode } from '../../../tree/resolved.js';
import type { LibraryFunctionName } from '../../../values/lua/library.js';
import type { Findings } from '../../scope/scope.js';

const OTHER_LETTERS: Readonly<
  Partial<Record<LibraryFunctionName, { readonly has: RegExp; readonly name: string; readonly mend: (text: string) => string }>>
> = {
  'string.lower': { has: /[A-Z]/, name: 'capital', mend: (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) },
  'string.upper': { has: /[a-z]/, name: 'small', mend: (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase()) },
};

/** `span.name:lower() == "GET"`: a lower-case text never equals or contains one with capitals. */
export function letterCase(node: BinaryNode | StringTestNode, findings: Findings): void {
  if (node.type === 'string-test') return compared(node.subject, node.pattern, node.test === 'matches', findings);
  if (node.operator !== '==' && node.operator !== '~=') return;
  compared(node.left, node.right, false, findings);
  compared(node.right, node.left, false, findings);
}

function compared(subject: Resolved, { syntax }: Resolved, isPattern: boolean, findings: Findings): void {
  if (subject.type !== 'library-call' || syntax.type !== 'string' || !syntax.isText) return;
  const letters = OTHER_LETTERS[subject.function];
  if (letters === undefined || !letters.has.test(syntax.value)) return;
  // In a pattern with classes or alternatives the other letters may be optional.
  if (isPattern && /[\\[\](){}|?*+]/.test(syntax.value)) return;
  const text = formatExpression({ ...syntax, value: letters.mend(syntax.value) });
  findings.report(
    'BT_DSL_LETTER_CASE',
    syntax.range,
    { text: formatExpression(syntax), letters: letters.name, function: subject.function },
    { suggestion: text, fix: { range: syntax.range, text } },
  );
}
