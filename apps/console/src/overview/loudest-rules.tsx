import { Link } from 'wouter';
import type { Rule } from '../api/types';
import { plural, shortCount } from '../format/count';
import { SeverityBadge } from '../parts/severity-badge';
import { Sparkline } from '../parts/sparkline';
import type { RuleMatches } from '../rules/list/rule-matches';

const SHOWN = 5;

/** The rules with the most violations in the last 24 hours. */
export function LoudestRules({ rules, matches }: { readonly rules: readonly Rule[]; readonly matches: ReadonlyMap<string, RuleMatches> }) {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const loudest = [...matches].sort(([, a], [, b]) => b.total - a.total).slice(0, SHOWN);
  if (loudest.length === 0) return <p className="body dim">No rule was violated in the last 24 hours.</p>;
  return (
    <table>
      <tbody>
        {loudest.map(([id, { total, counts }]) => {
          const rule = byId.get(id);
          return (
            <tr key={id}>
              <td>
                {rule === undefined ? (
                  <span className="mono">{id}</span>
                ) : (
                  <Link className="strong" href={`/rules/${encodeURIComponent(id)}`}>
                    {rule.name}
                  </Link>
                )}
              </td>
              <td className="not-phone">
                {rule === undefined ? <span className="faint small">deleted</span> : <SeverityBadge severity={rule.severity} />}
              </td>
              <td className="not-phone">
                <Sparkline
                  values={counts}
                  className={rule === undefined ? 'f-accent' : `f-${rule.severity}`}
                  label={`${plural(total, 'violation')} in the last 24 hours`}
                />
              </td>
              <td className="r num">
                <Link className="strong" href={`/violations?rule_id=${encodeURIComponent(id)}&start_time=-24h`}>
                  {shortCount(total)}
                </Link>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
