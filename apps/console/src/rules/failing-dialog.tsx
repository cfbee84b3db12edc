import { CircleX } from 'lucide-react';
import { plural } from '../format/count';
import { Dialog } from '../shell/dialog';
import type { FailingTests } from './use-save-rule';

interface FailingDialogProps {
  readonly failing: FailingTests;
  readonly onSaveAnyway: () => void;
  readonly onShow: () => void;
  readonly onClose: () => void;
}

/** Test cases of the rule fail, so nothing was saved: one goes on, or saves it as it is. */
export function FailingDialog({ failing: { tests }, onSaveAnyway, onShow, onClose }: FailingDialogProps) {
  return (
    <Dialog open label="Test cases fail" className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>{plural(tests.length, 'test case fails', 'test cases fail')}</h2>
        <p className="dim">Nothing was saved. The rule in force is as it was.</p>
        <ul className="failing-tests">
          {tests.map((test) => (
            <li key={test}>
              <CircleX className="i is-bad" aria-hidden="true" />
              <span>{test}</span>
            </li>
          ))}
        </ul>
        <div className="head">
          <button type="button" className="btn" onClick={onClose}>
            Go on editing
          </button>
          <button type="button" className="btn" onClick={onShow}>
            Show the cases
          </button>
          <button type="button" className="btn danger" onClick={onSaveAnyway}>
            Save anyway
          </button>
        </div>
      </div>
    </Dialog>
  );
}
