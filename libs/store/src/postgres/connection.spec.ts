import { describe, expect, it } from '@jest/globals';
import { openPostgres } from './connection.js';

describe('the name of a PostgreSQL database', () => {
  it.each([
    ['postgres://me:hunter2@db/betrace?sslmode=require', 'postgres://me@db/betrace'],
    ['postgres://me:1/hunter2@db/betrace', 'postgres://…@db/betrace'],
    ['postgres://me:1#hunter2@db/betrace', 'postgres://…'],
    ['postgres://me:1?hunter2@db/betrace', 'postgres://…'],
    ['postgres://me:hunter2/@db/betrace', 'PostgreSQL'],
    ['postgres://db/betrace#hunter2', 'postgres://db/betrace'],
  ])('shows no part of a password: %s', (url, name) => expect(openPostgres({ kind: 'postgres', url }).place).toBe(name));
});

describe('errors of PostgreSQL', () => {
  it.each([
    ['25P03', 'BT_STORE_UNAVAILABLE', 'the server ended a transaction in which this process stalled'],
    ['25P04', 'BT_STORE_UNAVAILABLE', 'the server ended a transaction that lasted too long'],
    ['25006', 'BT_STORE_READ_ONLY', 'the server is a replica'],
    ['25P02', 'BT_STORE_FAILED', 'a statement follows one that failed'],
    ['53100', 'BT_STORE_FULL', 'the disk is full'],
    ['40P01', 'BT_STORE_UNAVAILABLE', 'a deadlock'],
    ['57P01', 'BT_STORE_UNAVAILABLE', 'an operator stops the server'],
    ['42501', 'BT_STORE_UNAVAILABLE', 'a privilege is missing'],
    ['22021', 'BT_STORE_REFUSED', 'a text that no column accepts'],
    ['42P01', 'BT_STORE_FAILED', 'a table is missing'],
  ])('%s is %s: %s', (code, expected) => {
    const { problem } = openPostgres({ kind: 'postgres', url: 'postgres://localhost/betrace' });
    expect(problem(Object.assign(new Error('an answer'), { severity: 'FATAL', code }))).toMatchObject({ code: expected });
  });
});
