import { useRef, useState } from 'react';

interface TaskState<R> {
  readonly data: R | undefined;
  readonly error: Error | undefined;
  readonly isPending: boolean;
}

/** Work that a button starts, and the result of the last run. */
export interface Task<A, R> extends TaskState<R> {
  readonly run: (asked: A) => void;
}

/** @param then called also where the component is gone by then */
export function useTask<A, R>(
  work: (asked: A) => Promise<R>,
  then: { readonly done?: (result: R) => void; readonly failed?: (error: Error) => void } = {},
): Task<A, R> {
  const [state, setState] = useState<TaskState<R>>({ data: undefined, error: undefined, isPending: false });
  const runs = useRef(0);
  const latest = useRef({ work, then });
  latest.current = { work, then };
  const run = async (asked: A): Promise<void> => {
    const own = ++runs.current;
    setState({ data: undefined, error: undefined, isPending: true });
    try {
      const data = await latest.current.work(asked);
      if (own === runs.current) setState({ data, error: undefined, isPending: false });
      latest.current.then.done?.(data);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      if (own === runs.current) setState({ data: undefined, error, isPending: false });
      latest.current.then.failed?.(error);
    }
  };
  return { ...state, run: (asked) => void run(asked) };
}
