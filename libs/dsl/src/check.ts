import { warnAlways } from './check/always.js';
import { checkScript } from './check/check-script.js';
import { Findings, Scope } from './check/context.js';
import { resolve } from './check/resolve.js';
import { type Parsed, parse } from './parse.js';
import type { Checked } from './rule.js';
import type { Expression } from './syntax.js';

/** Text → checked rule. Never throws, whatever the text. */
export function check(text: string): Checked {
  return checkParsed(parse(text));
}

/** The same for a text that was parsed already (the editor shows the tree while typing). */
export function checkParsed(parsed: Parsed): Checked {
  const { syntax, source } = parsed;
  if (syntax === undefined) return { ok: false, diagnostics: parsed.diagnostics };
  if (syntax.kind === 'script') return checkScript(source, syntax.block);
  return checkExpression(parsed, syntax.expression);
}

function checkExpression(parsed: Parsed, syntax: Expression): Checked {
  const { source } = parsed;
  const findings = new Findings(source);
  const resolved = resolve(syntax, Scope.ofRule(findings));
  if (!findings.hasErrors && findings.needsSandbox) {
    return checkScript(source, [{ type: 'return', values: [syntax], range: syntax.range }]);
  }
  if (!findings.hasErrors) warnAlways(resolved, findings);
  const diagnostics = findings.diagnostics.toSorted((a, b) => a.range.start - b.range.start);
  if (findings.hasErrors) return { ok: false, diagnostics };
  // A rule about nothing (`true`) is a span rule: it needs no trace to be judged.
  const subject = findings.usesSubject || !findings.usesTrace ? 'span' : 'trace';
  return { ok: true, diagnostics, rule: { kind: 'expression', text: source.text, syntax, resolved, subject, warnings: diagnostics } };
}
