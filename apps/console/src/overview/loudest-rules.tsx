import { Link } from 'wouter';
import type { Rule } from '#ui/api/types';
import { plural, shortCount } from '#ui/format/count';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { Sparkline } from '#ui/parts/sparkline';
import { UserText } from '#ui/parts/user-text';
import { type Found, wordsOfRange } from './use-found';

/** The rules with the most violations in a time. */
export function LoudestRules({ rules, found: { start, byRule } }: { readonly rules: readonly Rule[]; readonly found: Found }) {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const loudest = [...byRule].sort(([, a], [, b]) => b.total - a.total);
  if (loudest.length === 0) return <p className="body dim">No rule was violated in the last {wordsOfRange(start)}.</p>;
  return (
    <table>
      <tbody>
        {loudest.map(([id, { total, counts }]) => {
          const rule = byId.get(id);
          return (
            <tr key={id}>
              <td>
                {rule === undefined ? (
                  <UserText className="mono">{id}</UserText>
                ) : (
                  <Link className="strong" href={`/rules/${encodeURIComponent(id)}`}>
                    <UserText>{rule.name}</UserText>
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
                  label={`${plural(total, 'violation')} in the last ${wordsOfRange(start)}`}
                />
              </td>
              <td className="r num">
                <Link className="strong" href={`/violations?rule_id=${encodeURIComponent(id)}&start_time=${start}`}>
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
