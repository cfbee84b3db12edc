import { useId, useState } from 'react';
import { exactCount } from '../format/count';
import { Letter } from '../parts/letter';
import { LongText, UserText } from '../parts/user-text';

interface AttributeListProps {
  readonly title: string;
  readonly of: Readonly<Record<string, unknown>>;
  /** The letters of the conditions that read an attribute. */
  readonly lettersOf?: (key: string) => readonly string[];
}

/** Attributes that are drawn at first, and with each click. */
const [FIRST, MORE] = [50, 500];
/** More than these have a field that filters them. */
const FILTERED_FROM = 20;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Attributes with their values. Of thousands the first are drawn, those that a condition read before others, and a field finds the rest. */
export function AttributeList({ title, of, lettersOf = () => [] }: AttributeListProps) {
  const id = useId();
  const [length, setLength] = useState(FIRST);
  const [filter, setFilter] = useState('');
  const all = Object.entries(of);
  if (all.length === 0) return null;
  const text = filter.trim().toLowerCase();
  const found =
    text === '' ? all : all.filter(([key, value]) => key.toLowerCase().includes(text) || textOf(value).toLowerCase().includes(text));
  const isLong = found.length > length;
  const isRead = ([key]: (typeof found)[number]): boolean => lettersOf(key).length > 0;
  const ordered = isLong ? [...found.filter(isRead), ...found.filter((each) => !isRead(each))] : found;
  return (
    <>
      <h3 className="faint small gap" id={id}>
        <UserText>{title}</UserText>
      </h3>
      {all.length <= FILTERED_FROM ? null : (
        <span className="field filter-attributes">
          <input
            aria-label={`Filter ${exactCount(all.length)} of ${title}`}
            placeholder={`Name or value, of ${exactCount(all.length)}`}
            value={filter}
            spellCheck={false}
            onChange={(event) => setFilter(event.target.value)}
          />
        </span>
      )}
      {found.length === 0 ? <p className="small dim">None has this text.</p> : null}
      <dl className="kv" aria-labelledby={id}>
        {ordered.slice(0, length).map(([key, value]) => {
          const letters = lettersOf(key);
          return (
            <div key={key} className={letters.length > 0 ? 'hit' : undefined}>
              <dt>
                <UserText>{key}</UserText>
              </dt>
              <dd>
                {letters.map((letter) => (
                  <Letter key={letter} letter={letter} />
                ))}{' '}
                <LongText name={key}>{textOf(value)}</LongText>
              </dd>
            </div>
          );
        })}
      </dl>
      {isLong ? (
        <button type="button" className="btn small" onClick={() => setLength(length + MORE)}>
          {found.length - length > MORE ? `Show ${exactCount(MORE)} more of` : 'Show all'} {exactCount(found.length)}
        </button>
      ) : null}
    </>
  );
}
