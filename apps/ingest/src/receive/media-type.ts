export const PROTOBUF_TYPE = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/** `Application/JSON; charset=utf-8` → `application/json`. The unofficial `application/protobuf` counts as the official name. */
export function mediaType(contentType: string | undefined): string {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type === 'application/protobuf' ? PROTOBUF_TYPE : type;
}
