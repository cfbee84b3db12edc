import type { PostgresPool, PostgresPoolClient } from 'kysely';

/** A pool whose queries have a deadline. */
export interface AnsweringPool extends PostgresPool {
  /**
   * Called when the process stops: the first query without an answer for `timeoutMs` from now on ends the pool. Then all queries are rejected, also later ones,
   * `end` does not wait, and `gaveUp` is called.
   */
  stopping(timeoutMs: number, gaveUp: () => void): void;
}

/** The members of the driver's client that Kysely's type lacks. */
type Client = PostgresPoolClient & { end(): Promise<void> };

/** A query, or a request for a connection. */
interface Waiting {
  /** Undefined until there is a connection. */
  readonly client: Client | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Closes a connection when a query has had no answer for `deadline` ms, longer than the server's statement timeout: the server or the network is gone. TCP
 * alone would retry for a quarter of an hour. The query and the rest of its transaction are rejected as on any broken connection; the next query gets a new
 * one.
 */
export function answeringPool(pool: PostgresPool, deadline: number): AnsweringPool {
  const waiting = new Set<Waiting>();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  let ended = false;
  let last: { readonly timeoutMs: number; readonly gaveUp: () => void } | undefined;

  const endAll = (): void => {
    if (ended) return;
    ended = true;
    over.reject(new Error('the connection is closed: the process stops, and the database does not answer'));
    for (const { client } of waiting) void client?.end().catch(() => undefined);
    last?.gaveUp();
  };
  const setTimer = (one: Waiting): void => {
    clearTimeout(one.timer);
    if (last !== undefined) one.timer = setTimeout(endAll, last.timeoutMs);
    else if (one.client !== undefined) one.timer = setTimeout(() => void one.client?.end().catch(() => undefined), deadline);
  };
  /** Runs `call`, with the deadline. */
  const inTime = async <T>(client: Client | undefined, call: () => Promise<T>): Promise<T> => {
    if (ended) return over.promise;
    const one: Waiting = { client, timer: undefined };
    waiting.add(one);
    setTimer(one);
    try {
      return await call();
    } finally {
      clearTimeout(one.timer);
      waiting.delete(one);
    }
  };
  const answering = (client: PostgresPoolClient): PostgresPoolClient => {
    const query = (sql: string, parameters: readonly unknown[]) => inTime(client as Client, () => client.query(sql, parameters));
    const release: PostgresPoolClient['release'] = (...discard) => client.release(...discard);
    return Object.assign(Object.create(client) as PostgresPoolClient, { query: query as unknown as PostgresPoolClient['query'], release });
  };
  return {
    options: pool.options,
    connect: () =>
      inTime(undefined, async () => {
        const connecting = pool.connect();
        const client = await Promise.race([connecting, over.promise]).catch((error: unknown) => {
          // A connection that arrives after the end has no user.
          if (ended)
            connecting.then(
              (late) => late.release(),
              () => undefined,
            );
          throw error;
        });
        return answering(client);
      }),
    end: () => Promise.race([pool.end(), over.promise.catch(() => undefined)]),
    stopping: (timeoutMs, gaveUp) => {
      last = { timeoutMs, gaveUp };
      for (const one of waiting) setTimer(one);
    },
  };
}
