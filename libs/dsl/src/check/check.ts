import { parse } from '../parse/parse.js';
import type { Parsed } from '../text/parsed.js';
import type { Expression } from '../text/syntax.js';
import type { Checked } from '../tree/rule.js';
import { isWhenForm } from '../when/tokenize-when.js';
import { judgeMeaning } from './meaning/judge-meaning.js';
import { resolve } from './resolve/resolve.js';
import { Findings, Scope } from './scope/context.js';
import { checkScript } from './script/check-script.js';
import { withTriedFixes } from './tried-fixes.js';

/** Text → checked rule, as it is to be saved. Never throws, whatever the text. */
export function check(text: string): Checked {
  return checkParsed(parse(text));
}

/**
 * The same for a rule that was saved before, perhaps when less was known of what is hardly ever meant: it is refused only when it can't
 * be run.
 */
export function checkSaved(text: string): Checked {
  return checkParsed(parse(text), false);
}

/** The same for a text that was parsed already (the editor shows the tree while typing). `judgesMeaning`: it is to be saved. */
export function checkParsed(parsed: Parsed, judgesMeaning = true): Checked {
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
  const resolved = resolve(syntax, Scope.ofRule(findings));
  if (!findings.hasErrors && findings.needsSandbox) {
    return checkScript(source, [{ type: 'return', values: [syntax], range: syntax.range }], findings);
  }
  if (!findings.hasErrors && findings.judgesMeaning) judgeMeaning(resolved, findings);
  const { length } = findings.diagnostics;
  const diagnostics = length < 2 ? findings.diagnostics : findings.diagnostics.toSorted((a, b) => a.range.start - b.range.start);
  if (findings.hasErrors) return { ok: false, diagnostics };
  // A rule about nothing (`true`) is a span rule: it needs no trace to be judged.
  const subject = findings.usesSubject || !findings.usesTrace ? 'span' : 'trace';
  return { ok: true, diagnostics, rule: { kind: 'expression', text: source.text, syntax, resolved, subject, warnings: diagnostics } };
}
