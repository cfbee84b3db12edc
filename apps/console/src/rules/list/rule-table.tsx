import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Rule, RuleMode } from '#ui/api/types';
import { useSettlingAddress } from '../../parts/browser/use-address';
import { whenInView } from '../../parts/browser/when-in-view';
import { useKeys } from '../../shell/commands/use-keys';
import { BulkBar } from './bulk-bar';
import type { HealthById } from './rule-health';
import type { MatchesByRule, RuleMatches } from './rule-matches';
import { RuleRow } from './rule-row';
import { useChangeMode } from './use-change-mode';
import { useTicked } from './use-ticked';

interface RuleTableProps {
  readonly rules: readonly Rule[];
  readonly matches: MatchesByRule | undefined;
  readonly health: HealthById | undefined;
  /** Filters and order of the list: another list is drawn from its start. */
  readonly filters: string;
}

/**
 * Rows that are drawn at first, and again at each scroll to their end: ten thousand rules open as fast as ten. It is what a high window shows: a row costs
 * about a millisecond.
 */
const PAGE = 40;

export function RuleTable({ rules, matches, health, filters }: RuleTableProps) {
  const [, navigate] = useLocation();
  const [drawn, setDrawn] = useState(PAGE);
  const [drawnOf, setDrawnOf] = useState(filters);
  if (drawnOf !== filters) {
    setDrawnOf(filters);
    setDrawn(PAGE);
  }
  const [selected, setSelected] = useSettlingAddress('row');
  const [checked, setChecked] = useTicked();
  // Only visible rules are changed: filtered ones are not among them.
  const chosen = rules.filter(({ id }) => checked.has(id));
  const check = (id: string): void => setChecked(checked.has(id) ? [...checked].filter((each) => each !== id) : [...checked, id]);
  const changeMode = useChangeMode();
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (element === null || drawn >= rules.length) return undefined;
    return whenInView(element, () => setDrawn((n) => n + PAGE), '600px');
  }, [drawn, rules.length]);
  const at = rules.findIndex(({ id }) => id === selected);
  const move = (by: number) => (): void => {
    const index = Math.min(rules.length - 1, Math.max(0, at + by));
    const next = rules[index];
    if (next === undefined) return;
    setSelected(next.id);
    setDrawn((n) => Math.max(n, index + 1));
    document.querySelector(`[data-row="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const open = (id: string): void => navigate(`/rules/${encodeURIComponent(id)}`);
  const latest = useRef({ check, changeMode, open });
  latest.current = { check, changeMode, open };
  /** The same at each render, so that only rows are drawn again that look different. */
  const actions = useMemo(
    () => ({
      onCheck: (id: string) => latest.current.check(id),
      onMode: (rule: Rule, mode: RuleMode) => latest.current.changeMode(rule, mode),
      onOpen: (id: string) => latest.current.open(id),
    }),
    [],
  );
  useKeys({
    j: move(1),
    k: move(-1),
    x: () => selected !== undefined && check(selected),
    Enter: (event) => {
      if (selected !== undefined && !(event.target instanceof Element && event.target.closest('a, button, input'))) open(selected);
    },
  });
  return (
    <>
      {chosen.length === 0 ? null : <BulkBar rules={chosen} onSelect={setChecked} />}
      <div className="scroll">
        <table className="cards">
          <thead>
            <tr>
              <th scope="col">
                <label className="check">
                  <input
                    type="checkbox"
                    aria-label="Select all rules of this list"
                    checked={chosen.length === rules.length}
                    onChange={() => setChecked(chosen.length === rules.length ? [] : rules.map(({ id }) => id))}
                  />
                </label>
              </th>
              <th scope="col">Rule</th>
              <th scope="col">Severity</th>
              <th scope="col">Mode</th>
              <th scope="col">Last 24h</th>
              <th scope="col" className="r">
                Violations
              </th>
              <th scope="col">Health</th>
              <th scope="col" className="r">
                Last match
              </th>
              <th scope="col" className="r not-mid">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {rules.slice(0, Math.max(drawn, at + 1)).map((rule) => (
              <RuleRow
                key={rule.id}
                rule={rule}
                matches={matchesOf(rule.id, matches, health)}
                health={health?.get(rule.id)}
                selected={rule.id === selected}
                checked={checked.has(rule.id)}
                {...actions}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div ref={end} />
    </>
  );
}

const NONE: RuleMatches = { total: 0, counts: [] };

function matchesOf(id: string, matches: MatchesByRule | undefined, health: HealthById | undefined): RuleMatches | 'own' | undefined {
  const listed = matches?.byRule.get(id);
  if (matches === undefined || listed !== undefined) return listed;
  const violations = matches.complete ? 0 : health?.get(id)?.violations;
  return violations === undefined ? undefined : violations === 0 ? NONE : 'own';
}
