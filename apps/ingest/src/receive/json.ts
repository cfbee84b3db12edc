import { decodeRequestJson, encodeRequest, OtlpError, parseJson, spansFromValue } from '#otlp';
import { jsonProblem, refuseDuplicateMembers } from '#platform';
import { noSpansWarning, type ReadRequest, unreadWarning } from '../intake/request-warning.js';

/** Converts OTLP/JSON to protobuf for the log. Throws OtlpError, with the path of the error. */
export function otlpJsonToProtobuf(body: Uint8Array): ReadRequest {
  const unread: string[] = [];
  const request = decodeRequestJson(body, (path) => unread.push(path));
  const bytes = encodeRequest(request);
  const [first] = unread;
  if (first !== undefined) return { bytes, warning: unreadWarning(first) };
  const spans = request.resourceSpans.some(({ scopeSpans }) => scopeSpans.some(({ spans }) => spans.length > 0));
  return spans || saysNothing(body) ? { bytes } : { bytes, warning: noSpansWarning(body.length) };
}

/** `{}` and `{"resourceSpans":[]}`: valid requests without spans. */
function saysNothing(body: Uint8Array): boolean {
  return body.length < 200 && /^\uFEFF?\s*\{\s*("resourceSpans"\s*:\s*(\[\s*\]|null)\s*)?\}\s*$/.test(Buffer.from(body).toString('utf8'));
}

/** Converts the JSON of POST /v1/spans to protobuf for the log. Throws with line and column, or with paths. */
export function spansJsonToProtobuf(body: Uint8Array): ReadRequest {
  try {
    const value = parseJson(body);
    refuseDuplicateMembers(body, value);
    return { bytes: encodeRequest(spansFromValue(value)) };
  } catch (error) {
    if (error instanceof OtlpError && error.code === 'BT_OTLP_JSON_SYNTAX') throw jsonProblem(new TextDecoder().decode(body), error);
    throw error;
  }
}
