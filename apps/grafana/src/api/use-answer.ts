import { useCallback, useEffect, useState } from 'react';

export interface AnswerState<T> {
  readonly value: T | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
  readonly again: () => void;
}

/**
 * The answer of `ask`, which is called again when it changes. The answer to an outdated question is not shown; the former answer stays until the next one arrives.
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
