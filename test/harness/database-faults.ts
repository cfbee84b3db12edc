import type { Cluster } from './cluster.js';

/** Sessions keep the setting with which they began. */
const END_SESSIONS =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()';
/** As a server does whose disk is full. */
const FULL = "BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END";

/** Has the whole database refuse writes, as a replica does, or take them again. Only for a database of the test's own. */
export async function setReadOnly(cluster: Cluster, value: boolean): Promise<void> {
  await cluster.sql(`ALTER DATABASE postgres SET default_transaction_read_only = ${value ? 'on' : 'off'}`, END_SESSIONS);
}

/** Has the database refuse violations with the error of a full disk (SQLSTATE 53100), or take them again. */
export async function setFull(cluster: Cluster, value: boolean): Promise<void> {
  if (!value) return void (await cluster.sql('DROP FUNCTION IF EXISTS full_disk CASCADE'));
  await cluster.sql(
    `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$${FULL}$$`,
    'CREATE TRIGGER full_disk BEFORE INSERT ON violations FOR EACH ROW EXECUTE FUNCTION full_disk()',
  );
}
