import { useState } from 'react';
import { exactCount } from '#ui/format/count';
import { LongText, UserText } from '#ui/parts/user-text';
import type { SpanFact } from './span-facts';

interface FactPickerProps {
  readonly facts: readonly SpanFact[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

const GROUPS = ['Span', 'Attributes', 'Resource'] as const;
/** Facts of a group that are drawn at first, and with each click. */
const [FIRST, MORE] = [50, 500];
/** More facts than these have a field that filters them. */
const FILTERED_FROM = 20;

/** The facts that a condition may contain, as checkboxes. Those that are ticked are drawn in any case. */
export function FactPicker({ facts, chosen, onChange }: FactPickerProps) {
  const [filter, setFilter] = useState('');
  const text = filter.trim().toLowerCase();
  const wanted =
    text === ''
      ? facts
      : facts.filter(
          ({ key, label, shown }) => chosen.has(key) || label.toLowerCase().includes(text) || shown.toLowerCase().includes(text),
        );
  return (
    <>
      {facts.length <= FILTERED_FROM ? null : (
        <span className="field filter-attributes">
          <input
            aria-label="Filter what can be ticked"
            placeholder={`Name or value, of ${exactCount(facts.length)}`}
            value={filter}
            spellCheck={false}
            onChange={(event) => setFilter(event.target.value)}
          />
        </span>
      )}
      {GROUPS.map((group) => (
        <FactGroup key={group} group={group} facts={wanted.filter((fact) => fact.group === group)} chosen={chosen} onChange={onChange} />
      ))}
    </>
  );
}

function FactGroup({ group, facts, chosen, onChange }: FactPickerProps & { readonly group: string }) {
  const [length, setLength] = useState(FIRST);
  if (facts.length === 0) return null;
  const drawn = facts.filter(({ key }, index) => index < length || chosen.has(key));
  return (
    <fieldset className="fact-picker">
      <legend className="faint small">{group}</legend>
      {drawn.map(({ key, label, shown, condition }) => (
        <label key={key} data-off={condition === undefined} title={condition === undefined ? 'No comparison says this exactly' : undefined}>
          <input
            type="checkbox"
            checked={chosen.has(key)}
            disabled={condition === undefined}
            onChange={() => onChange(new Set(chosen.has(key) ? [...chosen].filter((each) => each !== key) : [...chosen, key]))}
          />
          <UserText className="mono dim">{label}</UserText>
          <span className="mono">
            <LongText name={label}>{shown}</LongText>
          </span>
        </label>
      ))}
      {drawn.length < facts.length ? (
        <button type="button" className="btn small fact-more" onClick={() => setLength(length + MORE)}>
          {facts.length - length > MORE ? `Show ${exactCount(MORE)} more of` : 'Show all'} {exactCount(facts.length)}
        </button>
      ) : null}
    </fieldset>
  );
}
