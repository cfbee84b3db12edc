import { parse } from '../parse/parse.js';
import { isWhenForm } from '../parse/when/tokenize-when.js';
import type { Parsed } from '../text/parsed.js';
import type { Expression } from '../text/syntax.js';
import type { Checked } from '../tree/rule.js';
import { judgeMeaning } from './meaning/judge-meaning.js';
import { resolve } from './resolve/resolve.js';
import { CheckScope, Findings } from './scope/scope.js';
import { checkScript } from './script/check-script.js';
import { withTriedFixes } from './tried-fixes.js';

/** Checks a rule that is about to be saved. Never throws, for any text. */
export function check(text: string): Checked {
  return checkParsed(parse(text));
}

/** Checks a stored rule. Only errors that keep it from running refuse it, because newer versions report more probable mistakes. */
export function checkSaved(text: string): Checked {
  return checkParsed(parse(text), false);
}

/** Checks a parsed text (the editor shows the tree while typing). `judgesMeaning`: also report probable mistakes. */
function checkParsed(parsed: Parsed, judgesMeaning = true): Checked {
  const checked = checkWith(parsed, judgesMeaning);
  if (!judgesMeaning) return checked;
  if (checked.diagnostics.length === 0) return checked;
  const isRead = parsed.syntax !== undefined;
  const diagnostics = withTriedFixes(parsed.source.text, { diagnostics: checked.diagnostics, isRead }, (changed) => {
    const again = parse(changed);
    return { diagnostics: checkWith(again, true).diagnostics, isRead: again.syntax !== undefined };
  });
  if (diagnostics === checked.diagnostics) return checked;
  return checked.ok ? { ok: true, diagnostics, rule: { ...checked.rule, warnings: diagnostics } } : { ok: false, diagnostics };
}

function checkWith(parsed: Parsed, judgesMeaning: boolean): Checked {
  const { syntax, source } = parsed;
  if (syntax === undefined) return { ok: false, diagnostics: parsed.diagnostics };
  const findings = new Findings(source, { isWhenForm: isWhenForm(source.text), judgesMeaning });
  if (syntax.kind === 'script') return checkScript(source, syntax.block, findings);
  return checkExpression(parsed, syntax.expression, findings);
}

function checkExpression(parsed: Parsed, syntax: Expression, findings: Findings): Checked {
  const { source } = parsed;
  if (parsed.warnings !== undefined) for (const problem of parsed.warnings) findings.add(problem);
  const resolved = resolve(syntax, CheckScope.ofRule(findings));
  if (!findings.hasErrors && findings.needsSandbox) {
    return checkScript(source, [{ type: 'return', values: [syntax], range: syntax.range }], findings);
  }
  if (!findings.hasErrors && findings.judgesMeaning) judgeMeaning(resolved, findings);
  const { length } = findings.diagnostics;
  const diagnostics = length < 2 ? findings.diagnostics : findings.diagnostics.toSorted((a, b) => a.range.start - b.range.start);
  if (findings.hasErrors) return { ok: false, diagnostics };
  // A rule that reads neither a span nor the trace (`true`) is a span rule: it can be judged without a trace.
  const subject = findings.usesSubject || !findings.usesTrace ? 'span' : 'trace';
  return { ok: true, diagnostics, rule: { kind: 'expression', text: source.text, syntax, resolved, subject, warnings: diagnostics } };
}
