import { CatalogueError, type CatalogueProblem, type ProblemValues } from '#base';

/** The problems of the log. A code is never reused for something else. `retryable`: the caller may retry; ingest answers 503 or UNAVAILABLE. */
export const LOG_PROBLEMS = {
  BT_LOG_BACKLOG_FULL: {
    status: 503,
    retryable: true,
    sentence: 'Topic {topic} holds {bytes} bytes that not all readers have read: its limit is reached. Try again when they have caught up.',
  },
  BT_LOG_OVERLOADED: {
    status: 503,
    retryable: true,
    sentence: '{bytes} bytes are waiting to be written to the log: its limit is reached. Try again.',
  },
  BT_LOG_TIMEOUT: {
    status: 503,
    retryable: true,
    sentence:
      'The log did not confirm a write to {topic} within {ms} ms{because}. The records may or may not have been written. Try again.',
  },
  BT_LOG_STORAGE_FULL: {
    status: 503,
    retryable: true,
    sentence:
      'The disk of {path} is full. Free space there, shorten the retention, or move the log by BETRACE_STORAGE_PATH (storage.path).',
  },
  BT_LOG_FAILED: { status: 503, retryable: true, sentence: 'The log at {path} failed: {reason}. Try again.' },
  BT_LOG_FILE_LOST: {
    status: 503,
    retryable: true,
    sentence:
      '{path} was {what} while BeTrace had it open, so nothing more is acknowledged. Put the same file back. Or copy the open files ' +
      'under /proc/{pid}/fd while the process runs, stop it, and restore the whole directory from a backup.',
  },
  BT_LOG_LOCK_LOST: {
    status: 503,
    retryable: true,
    sentence:
      'lock.db of the log at {path} was deleted or replaced while this process ran, and {owner} has the lock now. This process ({pid}) acknowledges ' +
      'nothing more. Stop one of the two; several processes share a log only over Kafka.',
  },
  BT_LOG_WRITER_STOPPED: {
    status: 503,
    retryable: true,
    sentence: 'The thread that writes the log stopped ({reason}). The next write restarts it.',
  },
  BT_LOG_CLOSED: { status: 503, retryable: true, sentence: 'The log is closed; this process is stopping.' },
  BT_LOG_STORAGE_NOT_WRITABLE: {
    status: 500,
    retryable: false,
    sentence:
      'The log cannot be written at {path} ({reason}). Make it writable, or set another directory by BETRACE_STORAGE_PATH (storage.path).',
  },
  BT_LOG_STORAGE_IN_USE: {
    status: 500,
    retryable: false,
    sentence:
      'The log at {path} is in use by {owner}. Stop that process, or give this one a directory of its own by BETRACE_STORAGE_PATH ' +
      '(storage.path); several processes share a log only over Kafka.',
  },
  BT_LOG_STORAGE_CORRUPT: {
    status: 500,
    retryable: false,
    sentence:
      '{path} is damaged or not a log of BeTrace ({reason}). Restore it from a backup, or move the directory away: the next start creates an empty log.',
  },
  BT_LOG_PARTITIONS_DIFFER: {
    status: 500,
    retryable: false,
    sentence:
      'Topic {topic} has {found} partitions in {path}, but {wanted} are configured. Another number would split open traces: ' +
      'configure {found}, or use an empty directory.',
  },
  BT_LOG_UNKNOWN_TOPIC: { status: 500, retryable: false, sentence: 'There is no topic {topic}; the topics are {topics}.' },
  BT_LOG_UNKNOWN_PARTITION: {
    status: 500,
    retryable: false,
    sentence: 'Topic {topic} has no partition {partition}; it has {partitions}, counted from 0.',
  },
  BT_LOG_NOT_ASSIGNED: {
    status: 409,
    retryable: false,
    sentence: 'Partition {partition} of {topic} is not assigned to this member of {group}; another member owns its position.',
  },
  BT_LOG_ALREADY_ASSIGNED: {
    status: 409,
    retryable: false,
    sentence: 'Partition {partition} of {topic} is read by another member of {group} in this log. Give each member its own partitions.',
  },
  BT_LOG_METADATA_TOO_LONG: {
    status: 500,
    retryable: false,
    sentence: 'The metadata of a position has {bytes} bytes; at most 1024 are allowed.',
  },
  BT_LOG_RECORD_TOO_LARGE: {
    status: 413,
    retryable: false,
    refusesRecord: true,
    sentence:
      'A record of {bytes} bytes is too large for topic {topic}; at most {max} bytes are allowed. Split it, or raise max.message.bytes of the topic.',
  },
  BT_LOG_KAFKA_UNREACHABLE: {
    status: 503,
    retryable: true,
    sentence:
      'No Kafka broker of {brokers} could be used within {ms} ms: {reason}. Check the addresses (KAFKA_BROKERS, kafka.brokers) and whether ' +
      'they need TLS (KAFKA_TLS) or SASL (KAFKA_SASL_MECHANISM).',
  },
  BT_LOG_KAFKA_LOGIN_REFUSED: {
    status: 500,
    retryable: false,
    sentence:
      'The Kafka brokers {brokers} refused the login of {user} by {mechanism}: {reason}. Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and ' +
      'KAFKA_SASL_PASSWORD.',
  },
  BT_LOG_KAFKA_NO_RIGHT: {
    status: 500,
    retryable: false,
    sentence:
      'Kafka refuses topic {topic} to the login of this process. Grant it the rights to read and to write its topics (kafka-acls.sh), and to ' +
      'create and describe them, or create them beforehand.',
  },
  BT_LOG_NOT_SHARED: {
    status: 500,
    retryable: false,
    sentence:
      'A process that only ingests, only evaluates or only serves the API needs Kafka to share its records with the others. Set KAFKA_BROKERS ' +
      '(kafka.brokers), or start all in one process with npm start.',
  },
  BT_LOG_KAFKA_CA: {
    status: 500,
    retryable: false,
    sentence: 'The certificate authority of the Kafka brokers cannot be read from {path}: {reason}. Check KAFKA_TLS_CA (kafka.tls_ca).',
  },
  BT_LOG_KAFKA_CERTIFICATE: {
    status: 500,
    retryable: false,
    sentence:
      'The certificate of a Kafka broker of {brokers} is not accepted: {reason}. If your own certificate authority signed it, set KAFKA_TLS_CA ' +
      '(kafka.tls_ca) to its PEM file; the name in the certificate must be the one in KAFKA_BROKERS (kafka.brokers).',
  },
  BT_LOG_KAFKA_FAILED: { status: 503, retryable: true, sentence: 'Kafka could not {work}: {reason}. Try again.' },
  BT_LOG_KAFKA_FENCED: {
    status: 500,
    retryable: false,
    sentence:
      'Another process has joined {group} as {instance}, so this one gets no partitions any more. Give each process a name of its own by ' +
      'KAFKA_GROUP_INSTANCE_ID (kafka.group_instance_id). Stop one of the two, and start this one again if it is the one to keep.',
  },
  BT_LOG_KAFKA_NO_STATIC_MEMBERS: {
    status: 500,
    retryable: false,
    sentence:
      'The broker that coordinates {group} does not know static members (Kafka 3.2 and later), so {instance} joins without its name: its partitions move when ' +
      'it stops. Update the brokers, or unset KAFKA_GROUP_INSTANCE_ID (kafka.group_instance_id).',
  },
  BT_LOG_KAFKA_REFUSED: {
    status: 503,
    retryable: true,
    refusesRecord: true,
    sentence: 'Kafka refused a record for topic {topic}: {reason}. Check the policies of the brokers. Until then every attempt fails.',
  },
  BT_LOG_KAFKA_LIMIT_LOWERED: {
    status: 503,
    retryable: true,
    refusesRecord: true,
    sentence:
      'Kafka refused a record for topic {topic} that its settings at the start of BeTrace allowed: {reason}. Set max.message.bytes of the topic to at least {max}. ' +
      'Until then every attempt fails.',
  },
  BT_LOG_KAFKA_TOPIC_REFUSED: {
    status: 503,
    retryable: true,
    sentence: 'Kafka accepts no records for topic {topic}: {reason}. Change the settings of the topic; the records wait until then.',
  },
  BT_LOG_TOPIC_MISMATCH: {
    status: 500,
    retryable: false,
    sentence: 'Topic {topic} in Kafka does not have the settings that BeTrace needs: {difference}. {remedy}',
  },
  BT_LOG_RECORDS_EXPIRED: {
    status: 500,
    retryable: false,
    sentence:
      'Records {from} to {to} of partition {partition} of {topic} were deleted before {group} had read them: by its retention, or by hand (such as by ' +
      'kafka-delete-records). Where it was the retention, lengthen BETRACE_LOG_RETENTION (log.retention), or add evaluators.',
  },
  BT_LOG_RECORDS_MISSING: {
    status: 500,
    retryable: false,
    sentence:
      'Records {from} to {to} of partition {partition} of {topic} were deleted from {path} before {group} read them. Another program deleted them, or ' +
      'the retention while BeTrace was down for days. It continues after them. To have them judged, stop BeTrace and restore the whole directory from a ' +
      'backup that has them; records since that backup are lost then.',
  },
  BT_LOG_RULE_SET_MISSING: {
    status: 500,
    retryable: false,
    sentence:
      'Rule set {epoch} is in force in the spans log, but the rules log (betrace.rules; embedded: betrace.rules.db) ends with {latest}. If the store has it, the API ' +
      'publishes it again within seconds. Otherwise restore a backup of the rules log and the store that has it, or let the current rules judge its spans: ' +
      'POST /v1/rules/lost-sets/replace.',
  },
  BT_LOG_RULES_NOT_IN_FORCE: {
    status: 500,
    retryable: false,
    sentence:
      'No rules are in force in partition {partitions} of the spans log: the marker of rule set {epoch} was deleted. The API ' +
      'writes it again within ten minutes, at its start, and after a change of a rule.',
  },
  BT_LOG_POSITION_BEYOND_END: {
    status: 500,
    retryable: false,
    sentence:
      '{group} has read {topic} up to offset {position} of partition {partition}, but {path} ends at {end}: the file was deleted, emptied or ' +
      'restored alone. Restore it from the same backup as positions.db. Or delete positions.db: then the remaining log is read again.',
  },
  BT_LOG_IS_ANOTHER: {
    status: 500,
    retryable: false,
    sentence:
      'Partition {partition} of {topic} was replaced after it was read up to offset {position}: the topic was deleted and created again, ' +
      'or lost records. It is read from its beginning, up to offset {end} for now. Evaluators keep the rules that were in force.',
  },
  BT_LOG_RECORD_UNREADABLE: {
    status: 500,
    retryable: false,
    sentence: 'Partition {partition} of {topic} cannot be read at offset {offset}: {reason}.',
  },
} as const satisfies Record<string, LogProblem>;

export interface LogProblem extends CatalogueProblem {
  readonly status: number;
  readonly retryable: boolean;
  /** The log works, and would refuse this record again. */
  readonly refusesRecord?: true;
}

export type LogProblemCode = keyof typeof LOG_PROBLEMS;

/** A problem of the log, with its code. `logProblem` makes it. */
export class LogError extends CatalogueError<typeof LOG_PROBLEMS> {
  readonly retryable: boolean;

  constructor(code: LogProblemCode, values: ProblemValues, options?: ErrorOptions) {
    super(LOG_PROBLEMS, code, values, { ...options, codeFirst: true });
    this.name = new.target.name;
    this.retryable = LOG_PROBLEMS[code].retryable;
  }
}

/** Whether the log would accept other records, but never this one (or one of these). */
export function isRefusedRecord(error: unknown): boolean {
  if (!(error instanceof LogError)) return false;
  const problem: LogProblem = LOG_PROBLEMS[error.code];
  return problem.refusesRecord === true;
}

/** Whether the log refuses the record because of a setting that changed since the start: with the setting corrected, it accepts the record. */
export function isRefusedForNow(error: unknown): boolean {
  return error instanceof LogError && error.code === 'BT_LOG_KAFKA_LIMIT_LOWERED';
}

/** Whether this process has closed the log, or the connection to it, itself: it stops, and no retry helps. */
export function isClosedLog(error: unknown): boolean {
  return error instanceof LogError && error.code === 'BT_LOG_CLOSED';
}

/** The log is unavailable now; retry. */
export class LogUnavailable extends LogError {}

/** The error of a code: a LogUnavailable when it is retryable. `values` fill the sentence. */
export function logProblem(code: LogProblemCode, values: ProblemValues = {}, cause?: unknown): LogError {
  const options = cause === undefined ? undefined : { cause };
  return LOG_PROBLEMS[code].retryable ? new LogUnavailable(code, values, options) : new LogError(code, values, options);
}
