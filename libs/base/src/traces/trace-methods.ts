import type { Traces, Work } from './work.js';

type Asynchronous = (...values: never) => Promise<unknown>;

/** The methods of an object that return promises. */
type Traceable<Of> = { readonly [Name in keyof Of as Of[Name] extends Asynchronous ? Name : never]?: WorkOf<Of[Name]> };
/** The work of a call; undefined: it makes no span. */
type WorkOf<Method> = Method extends (...values: infer Values extends readonly unknown[]) => unknown
  ? (...values: Values) => Work | undefined
  : never;

const traced = new WeakSet<object>();

/** From now on calls of these methods make spans. An object that is traced already does not change. */
export function traceMethods<Of extends object>(object: Of, traces: Traces, works: Traceable<Of>): void {
  if (traced.has(object)) return;
  traced.add(object);
  for (const [name, workOf] of Object.entries(works) as [keyof Of, (...values: unknown[]) => Work | undefined][]) {
    const method = object[name] as (...values: unknown[]) => Promise<unknown>;
    const withSpan = (...values: unknown[]): Promise<unknown> => {
      const work = workOf(...values);
      const run = (): Promise<unknown> => method.apply(object, values);
      return work === undefined ? run() : traces.span(work, run);
    };
    Object.defineProperty(object, name, { value: withSpan, configurable: true, writable: true });
  }
}
