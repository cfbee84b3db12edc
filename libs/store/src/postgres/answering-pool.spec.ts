import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { answeringPool } from './answering-pool.js';

/** A pool of one database that answers or hangs. */
function database() {
  const state = { hangs: false, connects: true, released: 0, ended: 0 };
  const never = new Promise<never>(() => undefined);
  const client = (): PostgresPoolClient => {
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    const made = {
      query: () => (state.hangs ? broken.promise : Promise.resolve({ rows: [] })),
      release: () => void state.released++,
      end: async () => {
        state.ended++;
        broken.reject(new Error('Connection terminated'));
      },
    };
    return made as unknown as PostgresPoolClient;
  };
  const pool = {
    options: {},
    connect: () => (state.connects ? Promise.resolve(client()) : never),
    end: () => (state.hangs ? never : Promise.resolve()),
  };
  return { state, pool: pool as unknown as PostgresPool };
}

const query = (client: PostgresPoolClient): Promise<unknown> => client.query('select 1', []);

describe('a pool of connections', () => {
  it('closes a connection that does not answer, and no other', async () => {
    const { state, pool } = database();
    const answering = answeringPool(pool, 20);
    const [one, other] = [await answering.connect(), await answering.connect()];
    state.hangs = true;
    await expect(query(one)).rejects.toThrow('terminated');
    state.hangs = false;
    expect(await query(other)).toEqual({ rows: [] });
    expect(state.ended).toBe(1);
  });

  it('rejects all queries when the database hangs during a stop, reports it once, and ends', async () => {
    const { state, pool } = database();
    const answering = answeringPool(pool, 60_000);
    const [one, other, idle] = [await answering.connect(), await answering.connect(), await answering.connect()];
    state.hangs = true;
    state.connects = false;
    const told: string[] = [];
    const waiting = Promise.allSettled([query(one), query(other), answering.connect()]);
    answering.stopping(20, () => told.push('gave up'));
    const refused = { status: 'rejected', reason: { message: expect.stringMatching(/terminated|closed/) } };
    expect(await waiting).toMatchObject([refused, refused, refused]);
    expect(await Promise.allSettled([query(idle), answering.connect()])).toMatchObject([refused, refused]);
    await answering.end();
    expect({ told, ended: state.ended }).toEqual({ told: ['gave up'], ended: 2 });
  });

  it('rejects nothing when the database answers during a stop', async () => {
    const { state, pool } = database();
    const answering = answeringPool(pool, 60_000);
    const one = await answering.connect();
    const told: string[] = [];
    answering.stopping(20, () => told.push('gave up'));
    for (let n = 0; n < 5; n++) {
      await query(one);
      await pause(10);
    }
    one.release();
    await answering.end();
    expect({ told, ...state }).toMatchObject({ told: [], ended: 0, released: 1 });
  });
});
