import { ANY, DURATION, RETRY_INFO, RPC_STATUS } from '../wire/fields.js';
import { Cursor } from '../wire/wire.js';
import { RETRY_INFO_TYPE } from './status.js';

/**
 * The delay (ms) in the RetryInfo of a google.rpc.Status (`grpc-status-details-bin`); undefined without one. Throws BT_OTLP_MALFORMED when the bytes are no
 * such message.
 */
export function retryDelay(status: Uint8Array): number | undefined {
  const cursor = new Cursor(status);
  let delay: number | undefined;
  while (cursor.position < status.length) {
    const tag = cursor.tag(status.length);
    if (tag === RPC_STATUS.details) delay = delayOfDetail(cursor, cursor.delimited(status.length)) ?? delay;
    else cursor.skip(tag, status.length);
  }
  return delay;
}

function delayOfDetail(cursor: Cursor, end: number): number | undefined {
  let type = '';
  let value: Uint8Array = new Uint8Array(0);
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === ANY.typeUrl) type = cursor.text(end);
    else if (tag === ANY.value) value = cursor.blob(end);
    else cursor.skip(tag, end);
  }
  return type === RETRY_INFO_TYPE ? delayOfRetryInfo(value) : undefined;
}

function delayOfRetryInfo(info: Uint8Array): number {
  const cursor = new Cursor(info);
  let milliseconds = 0;
  while (cursor.position < info.length) {
    const tag = cursor.tag(info.length);
    if (tag !== RETRY_INFO.retryDelay) {
      cursor.skip(tag, info.length);
      continue;
    }
    const end = cursor.delimited(info.length);
    while (cursor.position < end) {
      const field = cursor.tag(end);
      if (field === DURATION.seconds) milliseconds += Number(cursor.int64(end)) * 1_000;
      else if (field === DURATION.nanos) milliseconds += Number(cursor.int64(end)) / 1_000_000;
      else cursor.skip(field, end);
    }
  }
  return Math.max(0, milliseconds);
}
