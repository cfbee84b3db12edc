/** One server-sent event. Absent parts were not sent: a comment that only moves the id on has no name. */
export interface ServerEvent {
  readonly event?: string;
  readonly data?: string;
  readonly id?: string;
}

/** The events of a stream's body, as they come; a block that the connection cut off is left out. (The browser's own EventSource can't send an API key.) */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(block: string): ServerEvent {
  const fields = block.split('\n').map((line) => /^(event|data|id): ?(.*)$/.exec(line));
  return Object.fromEntries(fields.filter((field) => field !== null).map(([, name, value]) => [name, value]));
}
