import { OtlpError, scan } from '#otlp';
import type { ReadRequest } from '../../intake/request-warning.js';
import { otlpJsonToProtobuf } from '../json.js';

/** The encoding of a producer's spans, with the names of the collector's Kafka exporter. */
export const TOPIC_ENCODINGS = ['otlp_proto', 'otlp_json'] as const;
export type TopicEncoding = (typeof TOPIC_ENCODINGS)[number];

/** A topic of other producers; without an encoding each record is examined. */
export interface ReceivedTopic {
  readonly name: string;
  readonly encoding?: TopicEncoding;
}

/** `otlp_spans` or `otlp_spans:otlp_json`. Undefined when the text is neither a topic's name nor one with an encoding. */
export function parseReceivedTopic(text: string): ReceivedTopic | undefined {
  const [name = '', word, ...rest] = text.split(':');
  if (rest.length > 0 || !/^[\w.-]{1,249}$/.test(name)) return undefined;
  if (word === undefined) return { name };
  const encoding = TOPIC_ENCODINGS.find((candidate) => candidate === word);
  return encoding && { name, encoding };
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Converts a record to protobuf for the log. Throws OtlpError. */
export function topicRecordToProtobuf(value: Uint8Array, encoding?: TopicEncoding): ReadRequest {
  return (encoding ?? detect(value)) === 'otlp_json' ? otlpJsonToProtobuf(value) : { bytes: value };
}

/**
 * JSON begins with a brace, perhaps after a byte order mark and white space. Only one of these can begin a protobuf OTLP request: the tag of its only field
 * is the code of a newline. Such a record is JSON if it is not protobuf.
 */
function detect(value: Uint8Array): TopicEncoding {
  // A byte order mark cannot begin protobuf: its first byte has an invalid wire type.
  const from = BYTE_ORDER_MARK.every((code, i) => value[i] === code) ? BYTE_ORDER_MARK.length : 0;
  const first = value.findIndex((code, i) => i >= from && code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== NEWLINE);
  if (value[first] !== 0x7b) return 'otlp_proto';
  return value[0] === NEWLINE && isProtobuf(value) ? 'otlp_proto' : 'otlp_json';
}

function isProtobuf(value: Uint8Array): boolean {
  try {
    scan(value);
    return true;
  } catch (error) {
    if (error instanceof OtlpError) return false;
    throw error;
  }
}
