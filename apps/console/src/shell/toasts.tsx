import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { UserText } from '#ui/parts/user-text';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo?: () => void;
}

const Say = createContext<(text: string, undo?: () => void) => void>(() => undefined);

/** Shows for some seconds what is not visible elsewhere, with an undo if possible. */
export const useToast = () => useContext(Say);

const SHOWN_MS = 6_000;
/** With an undo, which takes time to read, decide and reach: by keys it is the last button of the page. */
const UNDO_SHOWN_MS = 20_000;
const TEXT_LENGTH = 400;

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toast, setToast] = useState<Toast>();
  const next = useRef(0);
  const say = useCallback((text: string, undo?: () => void) => {
    const id = ++next.current;
    setToast({ id, text, ...(undo === undefined ? {} : { undo }) });
    const end = (): void => setToast((shown) => (shown?.id === id ? undefined : shown));
    setTimeout(end, undo === undefined ? SHOWN_MS : UNDO_SHOWN_MS);
  }, []);
  const undo = useMemo(() => toast?.undo, [toast]);
  return (
    <Say.Provider value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toast === undefined ? null : (
          <div className="toast" key={toast.id}>
            <UserText length={TEXT_LENGTH}>{toast.text}</UserText>
            {undo === undefined ? null : (
              <button
                type="button"
                className="btn small"
                onClick={() => {
                  setToast(undefined);
                  undo();
                }}
              >
                Undo
              </button>
            )}
          </div>
        )}
      </div>
    </Say.Provider>
  );
}
