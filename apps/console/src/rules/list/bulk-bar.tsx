import { useState } from 'react';
import type { Rule } from '#ui/api/types';
import { saveFile } from '#ui/browser/save-file';
import { exactCount, plural } from '#ui/format/count';
import { UserText } from '#ui/parts/user-text';
import { useAddress } from '../../parts/browser/use-address';
import { Dialog } from '../../shell/dialog';
import { ruleFile } from '../files/rule-file';
import { MODES } from '../modes';
import { useBulkChange } from './use-bulk-change';

interface BulkBarProps {
  readonly rules: readonly Rule[];
  /** The remaining selection: the refused rules of a change, else none. */
  readonly onSelect: (ids: readonly string[]) => void;
}

/** Of a deletion; the others are counted. */
const NAMED = 100;
/** From this many rules, a deletion requires their number to be typed. */
const TYPED_ABOVE = 10;

/** The actions on the selected rules. */
export function BulkBar({ rules, onSelect }: BulkBarProps) {
  const { progress, stop, setMode, tag, remove } = useBulkChange();
  const address = useAddress();
  const setDeleting = (open: boolean): void => address.put({ dialog: open ? 'delete' : undefined });
  const [name, setName] = useState('');
  const trimmed = name.trim();
  if (progress !== undefined)
    return (
      <div className="banner" id="bulk-bar">
        <b className="num">
          {exactCount(progress.done)} of {exactCount(progress.of)}
        </b>
        <button type="button" className="btn small" onClick={stop}>
          Stop
        </button>
      </div>
    );
  return (
    <fieldset className="banner" id="bulk-bar">
      <legend className="hidden">Change the selected rules</legend>
      <b className="num">{plural(rules.length, 'rule')}</b>
      {MODES.map(({ value, text, means }) => (
        <button key={value} type="button" className="btn small" title={means} onClick={() => void setMode(rules, value).then(onSelect)}>
          {text}
        </button>
      ))}
      <form
        className="bulk-tag"
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed !== '')
            void tag(rules, trimmed)
              .then(onSelect)
              .then(() => setName(''));
        }}
      >
        <input
          className="input"
          aria-label="Tag to add"
          placeholder="tag"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="btn small" disabled={trimmed === ''}>
          Add tag
        </button>
      </form>
      <button type="button" className="btn small" onClick={() => saveFile(ruleFile(rules), 'rules.json')}>
        Export
      </button>
      <button type="button" className="btn small danger" onClick={() => setDeleting(true)}>
        Delete
      </button>
      <button type="button" className="btn small end" onClick={() => onSelect([])}>
        Select none
      </button>
      <Dialog open={address.get('dialog') === 'delete'} label="Delete the selected rules" onClose={() => setDeleting(false)}>
        <DeleteMany
          rules={rules}
          onKeep={() => setDeleting(false)}
          onDelete={() => {
            setDeleting(false);
            void remove(rules).then(onSelect);
          }}
        />
      </Dialog>
    </fieldset>
  );
}

function DeleteMany({
  rules,
  onKeep,
  onDelete,
}: {
  readonly rules: readonly Rule[];
  readonly onKeep: () => void;
  readonly onDelete: () => void;
}) {
  const [typed, setTyped] = useState('');
  const ask = rules.length > TYPED_ABOVE;
  return (
    <div className="confirm">
      <h2>Delete {plural(rules.length, 'rule')}?</h2>
      <p className="dim">They judge nothing from the next span on. Their violations and their history stay.</p>
      <ul className="bulk-names">
        {rules.slice(0, NAMED).map(({ id, name }) => (
          <li key={id}>
            <UserText>{name}</UserText>
          </li>
        ))}
        {rules.length > NAMED ? <li className="dim">and {plural(rules.length - NAMED, 'other')}</li> : null}
      </ul>
      {ask ? (
        <label className="small">
          Type {rules.length} to delete them{' '}
          <input className="input" inputMode="numeric" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </label>
      ) : null}
      <div className="head">
        <button type="button" className="btn" onClick={onKeep}>
          Keep them
        </button>
        <button type="button" className="btn danger" disabled={ask && typed.trim() !== String(rules.length)} onClick={onDelete}>
          Delete
        </button>
      </div>
    </div>
  );
}
