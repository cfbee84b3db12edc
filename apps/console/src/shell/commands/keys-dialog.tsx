import { Dialog } from '../dialog';

const KEYS: readonly (readonly [what: string, ...keys: string[]])[] = [
  ['Violations', 'g', 'v'],
  ['Rules', 'g', 'r'],
  ['Overview', 'g', 'o'],
  ['Compliance', 'g', 'c'],
  ['New rule', 'c'],
  ['Select a rule', 'x'],
  ['Search this list', '/'],
  ['Down, up', 'j', 'k'],
  ['Open', '↵'],
  ['Groups or flat list', 'f'],
  ['Open, close a group', '→', '←'],
  ['Acknowledge, mute, note', 'e', 'm', 'n'],
  ['Open in Tempo', 't'],
  ['Live, pause', 'l', 'p'],
  ['Show what is new', '.'],
  ['Copy link', 'y'],
  ['Next, previous match', ']', '['],
  ['Matches only', 'o'],
  ['Make a rule of the span, exclude it', 'r', 'x'],
  ['Back', 'esc'],
  ['Commands', '⌘K or Ctrl K'],
  ['These keys', '?'],
];

export function KeysDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} label="Keys" onClose={onClose}>
      <h2 className="sheet-title">Keys</h2>
      <dl className="keys">
        {KEYS.map(([what, ...keys]) => (
          <div key={what}>
            <dt className="dim">{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="sheet-end">
        <button type="submit" className="btn">
          Close
        </button>
      </form>
    </Dialog>
  );
}
