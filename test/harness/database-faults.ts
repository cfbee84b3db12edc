import type { Cluster } from './kafka/cluster.js';

/** Ends sessions, because they keep the setting with which they started. */
const END_SESSIONS =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()';
/** The error of a server with a full disk. */
const FULL = "BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END";

/** Makes the whole database refuse writes, like a replica, or accept them again. Only for a test's own database. */
export async function setReadOnly(cluster: Cluster, value: boolean): Promise<void> {
  await cluster.sql(`ALTER DATABASE postgres SET default_transaction_read_only = ${value ? 'on' : 'off'}`, END_SESSIONS);
}

/** Makes the database refuse violations with the error of a full disk (SQLSTATE 53100), or accept them again. */
export async function setFull(cluster: Cluster, value: boolean): Promise<void> {
  if (!value) return void (await cluster.sql('DROP FUNCTION IF EXISTS full_disk CASCADE'));
  await cluster.sql(
    `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$${FULL}$$`,
    'CREATE TRIGGER full_disk BEFORE INSERT ON violations FOR EACH ROW EXECUTE FUNCTION full_disk()',
  );
}
