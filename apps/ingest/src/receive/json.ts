import { decodeRequestJson, encodeRequest, OtlpError, spansFromJson } from '#otlp';
import { jsonProblem } from '#platform';

/** OTLP/JSON as the protobuf that goes into the log. Throws OtlpError, with the path of what is wrong. */
export function otlpJsonToProtobuf(body: Uint8Array): Uint8Array {
  return encodeRequest(decodeRequestJson(body));
}

/** The JSON of POST /v1/spans as the protobuf that goes into the log. Throws with line and column, or with paths. */
export function spansJsonToProtobuf(body: Uint8Array): Uint8Array {
  try {
    return encodeRequest(spansFromJson(body));
  } catch (error) {
    if (error instanceof OtlpError && error.code === 'BT_OTLP_JSON_SYNTAX') throw jsonProblem(new TextDecoder().decode(body), error);
    throw error;
  }
}
