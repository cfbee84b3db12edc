/** A server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The last id so far, even if this event has none. An event without name and data only sets it. */
  readonly id: string | undefined;
}

/** The events of a body (WHATWG HTML, "server-sent events"), without comments and unknown fields. Ends with the body. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | undefined;
  let event = '';
  let moved = false;
  let data: string[] = [];
  for await (const part of body) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, field = '', value = ''] = /^([^:]*)(?::\s?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) {
        id = value;
        moved = true;
      } else if (line === '') {
        if (data.length > 0 || event !== '') yield { event: event || 'message', data: data.join('\n'), id };
        else if (moved) yield { event: '', data: '', id };
        event = '';
        data = [];
        moved = false;
      }
    }
  }
}
