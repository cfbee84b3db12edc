import * as grpc from '@grpc/grpc-js';
import { Problem } from '#platform';

/** What grpc-js refuses by itself, before a handler sees the call. */
const CODE_OF_REFUSAL: Readonly<Record<number, string>> = {
  [grpc.status.RESOURCE_EXHAUSTED]: 'BT_HTTP_TOO_LARGE',
  [grpc.status.UNIMPLEMENTED]: 'BT_HTTP_UNSUPPORTED_MEDIA_TYPE',
  [grpc.status.INTERNAL]: 'BT_HTTP_BAD_ENCODING',
  [grpc.status.DEADLINE_EXCEEDED]: 'BT_HTTP_TIMEOUT',
};

/**
 * Tells of calls that are refused before their message was read: too large, in an unknown compression, compressed wrongly, too slow.
 * Those whose message is not there after `timeout` ms are ended here. grpc-js sends such a status below all interceptors, so its own
 * call is listened to.
 */
export function countRefusedCalls(refused: (problem: Problem) => void, timeout: number): grpc.ServerInterceptor {
  return (_method, call) => {
    let waiting = true;
    const late = setTimeout(() => {
      call.sendStatus({ code: grpc.status.DEADLINE_EXCEEDED, details: `BT_HTTP_TIMEOUT: the request did not come within ${timeout} ms` });
    }, timeout);
    const over = (): void => {
      waiting = false;
      clearTimeout(late);
    };
    const sendStatus = call.sendStatus.bind(call);
    call.sendStatus = (status) => {
      const code = waiting ? CODE_OF_REFUSAL[status.code] : undefined;
      over();
      if (code !== undefined) refused(new Problem(code, status.details ?? ''));
      sendStatus(status);
    };
    const listener = new grpc.ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => {
        over();
        next(message);
      })
      .withOnCancel(over)
      .build();
    return new grpc.ServerInterceptingCall(call, new grpc.ResponderBuilder().withStart((next) => next(listener)).build());
  };
}
