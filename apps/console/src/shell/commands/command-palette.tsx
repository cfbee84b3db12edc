import { useId, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { UserText } from '#ui/parts/user-text';
import { useRules } from '../../api/rule-queries';
import { Dialog } from '../dialog';
import { type Command, idCommands, matching, ruleCommands } from './commands';
import { PLACES } from './places';

interface CommandPaletteProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Commands of the frame: its theme, its list of keys. */
  readonly more: readonly Command[];
}

/** Finds places, rules and their violations by name, and the target of a pasted id. */
export function CommandPalette({ open, onClose, more }: CommandPaletteProps) {
  return (
    <Dialog open={open} label="Commands" className="palette" onClose={onClose}>
      <Palette onClose={onClose} more={more} />
    </Dialog>
  );
}

function Palette({ onClose, more }: Omit<CommandPaletteProps, 'open'>) {
  const [, navigate] = useLocation();
  const { data } = useRules();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const commands = useMemo(() => {
    const places = PLACES.map(({ href, text: name, key }) => ({ id: href, text: name, detail: `g ${key}`, run: () => navigate(href) }));
    const groups = { id: 'groups', text: 'Violations in groups', detail: 'f', run: () => navigate('/violations?view=groups') };
    const live = { id: 'live', text: 'Live violations', detail: 'l', run: () => navigate('/violations?live=1') };
    const create = { id: 'new', text: 'New rule', detail: 'c', run: () => navigate('/rules/new') };
    const first = { id: 'first-run', text: 'First run', detail: 'step by step', run: () => navigate('/first-run') };
    return [...places, groups, live, create, first, ...more, ...ruleCommands(data?.rules ?? [], navigate)];
  }, [data, more, navigate]);
  const named = matching(commands, text);
  const found = [...named, ...(text.startsWith('viol-') || named.length === 0 ? idCommands(text, navigate) : [])];
  const current = found[Math.min(at, found.length - 1)];
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  return (
    <div>
      <input
        className="palette-input"
        role="combobox"
        aria-label="Command, rule, or the id of a trace or violation"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={current === undefined ? undefined : `${list}-${found.indexOf(current)}`}
        placeholder="Command, rule, trace or violation id"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by !== undefined) {
            event.preventDefault();
            const next = Math.min(found.length - 1, Math.max(0, Math.min(at, found.length - 1) + by));
            setAt(next);
            document.getElementById(`${list}-${next}`)?.scrollIntoView({ block: 'nearest' });
          }
          if (event.key === 'Enter') {
            event.preventDefault();
            run(current);
          }
        }}
      />
      <div role="listbox" id={list} className="palette-list" aria-label="Commands">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the input, which keeps the focus
          <div
            key={command.id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === current}
            onClick={() => run(command)}
          >
            <UserText length={120}>{command.text}</UserText>
            {command.detail === undefined ? null : (
              <UserText length={60} className="small faint mono">
                {command.detail}
              </UserText>
            )}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="palette-none dim">Nothing has this name.</p> : null}
    </div>
  );
}
