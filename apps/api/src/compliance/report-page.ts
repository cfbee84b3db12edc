import { createHash } from 'node:crypto';
import type { ComplianceReport, ControlReportView, Outcome } from './compliance.dto.js';

const STYLE = `
:root { color-scheme: light; font: 13px/1.5 system-ui, sans-serif; color: #1a1d21; background: #fff; }
body { margin: 32px auto; padding: 0 16px; max-width: 960px; }
h1 { font-size: 20px; margin: 0; }
p { margin: 4px 0; }
table { border-collapse: collapse; width: 100%; margin: 24px 0; }
caption { text-align: left; font-weight: 600; padding-bottom: 8px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid #c9ced6; overflow-wrap: anywhere; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; }
dt { font-weight: 600; margin-top: 8px; }
dd { margin: 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
@page { margin: 16mm; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
@media (max-width: 600px) { th, td { padding-right: 6px; font-size: 11px; } }
`;

/** Allows the page's one style and nothing else: no script, no image, no other host. */
export const REPORT_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

const WORDS: Readonly<Record<Outcome, string>> = {
  violated: 'Violated',
  undecided: 'Undecided',
  passed: 'Passed',
  nothing_in_scope: 'Nothing in scope',
  not_looked_at: 'Not looked at',
};

/** A report as a printable page. */
export function reportPage(report: ComplianceReport): string {
  const { framework, from, to, generated_at, traces, controls, limits } = report;
  const since = limits.counted_since;
  const late =
    since !== undefined && since > from ? `<p>Traces are counted since ${text(since)}; what closed before is not in this report.</p>` : '';
  const lost =
    limits.rule_set_unknown === 0
      ? ''
      : `<p>The rules that ${count(limits.rule_set_unknown)} traces were judged by are lost; they count as not looked at.</p>`;
  const provisional =
    limits.provisional_since === undefined
      ? ''
      : `<p>Provisional: some traces since ${text(limits.provisional_since)} are not counted yet, while their violations are.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(framework)}: what was looked at</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${text(framework)}: what was looked at</h1>
<p>${text(from)} to ${text(to)} (UTC, whole hours). Made ${text(generated_at)} by BeTrace.</p>
<p>${count(traces)} traces closed in this time.</p>
${since === undefined ? '<p>No trace was counted yet.</p>' : late}${lost}${provisional}${controls.map(beyond).join('')}
<table>
<caption>Controls</caption>
<thead><tr><th scope="col">Control</th><th scope="col">Outcome</th><th scope="col" class="n">In scope</th><th scope="col" class="n">Passed</th><th scope="col" class="n">Violated</th><th scope="col" class="n">Undecided</th><th scope="col" class="n">Not looked at</th></tr></thead>
<tbody>
${controls.map(controlRow).join('\n')}
</tbody>
</table>
<table>
<caption>Rules</caption>
<thead><tr><th scope="col">Control</th><th scope="col">Rule</th><th scope="col">Mode</th><th scope="col" class="n">Version</th><th scope="col" class="n">In scope</th><th scope="col" class="n">Violated</th><th scope="col" class="n">Undecided</th></tr></thead>
<tbody>
${controls.flatMap(ruleRows).join('\n')}
</tbody>
</table>
<dl>
<dt>In scope</dt><dd>Traces that closed under a rule set in which a rule is enforced that named the control in its version of that time.</dd>
<dt>Passed</dt><dd>Those in scope that are neither violated nor undecided. A trace in which the rule's subject does not occur passed.</dd>
<dt>Undecided</dt><dd>Traces that a rule of the control could not judge, by a limit or a defect. They did not pass.</dd>
<dt>Not looked at</dt><dd>Traces that closed while no rule of the control was enforced.</dd>
</dl>
</main>
</body>
</html>
`;
}

function beyond({ control, beyond_scope: more }: ControlReportView): string {
  if (more === undefined) return '';
  const are = more === 1 ? '1 more trace is' : `${count(more)} more traces are`;
  return `<p>${text(control)}: ${are} violated or undecided than ${more === 1 ? 'is' : 'are'} in scope: not closed or not counted yet, or closed in another hour.</p>`;
}

function controlRow(one: ControlReportView): string {
  const figures = [one.traces_in_scope, one.passed, one.violated, one.undecided, one.not_looked_at];
  return `<tr><th scope="row">${text(one.control)}</th><td>${WORDS[one.outcome]}</td>${figures.map(figure).join('')}</tr>`;
}

function ruleRows({ control, rules }: ControlReportView): readonly string[] {
  return rules.map((rule) => {
    const mode = rule.deleted ? 'deleted' : rule.names_control ? rule.mode : 'names it no longer';
    const figures = [rule.version, rule.traces_in_scope, rule.violated, rule.undecided];
    const more = rule.beyond_scope === undefined ? '' : `; ${count(rule.beyond_scope)} more than in scope`;
    return `<tr><th scope="row">${text(control)}</th><td>${text(rule.name)} (${text(rule.id)})</td><td>${mode}${more}</td>${figures.map(figure).join('')}</tr>`;
  });
}

const figure = (value: number): string => `<td class="n">${count(value)}</td>`;
const count = (value: number): string => value.toLocaleString('en');

/** Escapes names, which may hold any text. */
function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
