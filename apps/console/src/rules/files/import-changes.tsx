import type { ImportResult } from '#ui/api/types';
import { plural } from '#ui/format/count';
import { Tag, type Tone } from '#ui/parts/tag';
import { UserText } from '#ui/parts/user-text';
import { TextDiff } from '../../parts/text-diff';

type Imported = ImportResult['rules'][number];

const TONES: Readonly<Record<string, Tone>> = { created: 'ok', updated: 'info', deleted: 'bad' };
const SHOWN = 100;

/** The changes of an import, rule by rule; unchanged rules only as a number. */
export function ImportChanges({ result: { rules, unchanged } }: { readonly result: ImportResult }) {
  const changed = rules.filter(({ action }) => action !== 'unchanged');
  return (
    <section aria-label="What would change" className="stack tight">
      <p className="small dim" role="status">
        {plural(changed.length, 'rule')} would change, {unchanged} {unchanged === 1 ? 'stays as it is' : 'stay as they are'}.
      </p>
      <ul className="import-changes">
        {changed.slice(0, SHOWN).map((rule) => (
          <li key={rule.id}>
            <div className="tags">
              <Tag tone={TONES[rule.action] ?? 'plain'}>{rule.action}</Tag>
              <UserText className="mono">{rule.id}</UserText>
            </div>
            <Changes of={rule} />
            {rule.warnings.map(({ message, line }) => (
              <p key={message} className="small is-warn">
                line {line}: {message}
              </p>
            ))}
          </li>
        ))}
      </ul>
      {changed.length > SHOWN ? <p className="small dim">and {changed.length - SHOWN} more</p> : null}
    </section>
  );
}

function Changes({ of: { id, changes = {} } }: { readonly of: Imported }) {
  return Object.entries(changes as Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>>).map(
    ([member, { from, to }]) =>
      member === 'expression' ? (
        <TextDiff key={member} before={String(from)} after={String(to)} label={`Expression of ${id}, before and after`} />
      ) : (
        <p key={member} className="small">
          <b>{member}</b>:{' '}
          <span className="gone">
            <UserText length={1_000}>{shown(from)}</UserText>
          </span>{' '}
          to{' '}
          <span className="come">
            <UserText length={1_000}>{shown(to)}</UserText>
          </span>
        </p>
      ),
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? (value === '' ? 'empty' : value) : JSON.stringify(value);
}
