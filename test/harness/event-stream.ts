export interface StreamedEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id: string;
}

/** Reads server-sent events like a browser: blocks without an event only set the id. */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  comments = 0;
  lastId = '';
  /** The server ended the answer in order. */
  ended = false;
  private readonly closing = new AbortController();

  private constructor(readonly response: Response) {}

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const closing = new AbortController();
    const stream = new EventStream(await fetch(url, { headers, signal: closing.signal }));
    stream.closing.signal.addEventListener('abort', () => closing.abort());
    if (stream.response.ok) void stream.read().catch(() => undefined);
    return stream;
  }

  close(): void {
    this.closing.abort();
  }

  private async read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
    this.ended = true;
  }

  private take(block: string): void {
    let event = 'message';
    let data: string | undefined;
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments++;
      if (line.startsWith('id: ')) this.lastId = line.slice(4);
      if (line.startsWith('event: ')) event = line.slice(7);
      if (line.startsWith('data: ')) data = `${data ?? ''}${line.slice(6)}`;
    }
    if (data !== undefined) this.events.push({ event, data: JSON.parse(data), id: this.lastId });
  }
}
