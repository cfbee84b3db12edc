import { useCallback, useEffect, useState } from 'react';

export interface AnswerState<T> {
  readonly value: T | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
  readonly again: () => void;
}

/**
 * What `ask` answers; asked again when it changes. An answer that was overtaken by a later question is not shown, and what was
 * there stays until the next is.
 * @param ask keep it the same (`useCallback`) for the same question
 */
export function useAnswer<T>(ask: () => Promise<T>): AnswerState<T> {
  const [state, setState] = useState<Omit<AnswerState<T>, 'again'>>({ value: undefined, error: undefined, loading: true });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks the same again
  useEffect(() => {
    let overtaken = false;
    setState(({ value }) => ({ value, error: undefined, loading: true }));
    ask().then(
      (value) => {
        if (!overtaken) setState({ value, error: undefined, loading: false });
      },
      (error: Error) => {
        if (!overtaken) setState(({ value }) => ({ value, error, loading: false }));
      },
    );
    return () => {
      overtaken = true;
    };
  }, [ask, round]);
  return { ...state, again: useCallback(() => setRound((n) => n + 1), []) };
}
