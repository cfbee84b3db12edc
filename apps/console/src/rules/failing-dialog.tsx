import { ApiProblem } from '#ui/api/problem';
import { plural } from '#ui/format/count';
import { FailingList } from '#ui/trial/failing-list';
import { Dialog } from '../shell/dialog';

const CODES = ['BT_API_RULE_TESTS_FAIL', 'BT_API_IMPORT_TESTS_FAIL'];

/** The failing test cases, if nothing else prevented a change. */
export function failingTests(error: unknown): readonly string[] | undefined {
  if (!(error instanceof ApiProblem) || error.code === undefined || !CODES.includes(error.code)) return undefined;
  return (error.details?.errors ?? []).map(({ message }) => message);
}

interface FailingDialogProps {
  readonly tests: readonly string[];
  /** The result of the change. */
  readonly consequence: string;
  /** The label of the button that applies the change anyway. */
  readonly anyway: string;
  readonly onAnyway: () => void;
  readonly onShow?: () => void;
  readonly onClose: () => void;
}

/** Test cases fail, so nothing was changed: the reader continues, or applies the change as it is. */
export function FailingDialog({ tests, consequence, anyway, onAnyway, onShow, onClose }: FailingDialogProps) {
  return (
    <Dialog open label="Test cases fail" className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>{plural(tests.length, 'test case fails', 'test cases fail')}</h2>
        <p className="dim">{consequence}</p>
        <FailingList tests={tests} />
        <div className="head">
          <button type="button" className="btn" onClick={onClose}>
            {onShow === undefined ? 'Cancel' : 'Go on editing'}
          </button>
          {onShow === undefined ? null : (
            <button type="button" className="btn" onClick={onShow}>
              Show the cases
            </button>
          )}
          <button type="button" className="btn danger" onClick={onAnyway}>
            {anyway}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
