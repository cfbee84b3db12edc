import { type NodeWorker, Session } from 'node:inspector/promises';

/** A thread of this process, seen through the inspector. */
export interface InspectedThread {
  /** `main`, or the name of the worker thread. */
  readonly name: string;
  /** Calls a method of the inspector protocol in the thread. Rejects when the thread ends first, or refuses. */
  post(method: string, parameters?: object): Promise<unknown>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread; its messages pass through the session of the main thread. */
class InspectedWorker implements InspectedThread {
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #ended = false;

  constructor(
    private readonly session: Session,
    private readonly sessionId: string,
    readonly name: string,
  ) {}

  post(method: string, params: object = {}): Promise<unknown> {
    if (this.#ended) return Promise.reject(new Error('the thread has ended'));
    const id = ++this.#last;
    const message = JSON.stringify({ id, method, params });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.session.post('NodeWorker.sendMessageToWorker', { sessionId: this.sessionId, message }).catch(reject);
    });
  }

  receive(message: string): void {
    const { id, result, error } = JSON.parse(message) as Answer;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || pending === undefined) return;
    this.#pending.delete(id);
    if (error === undefined) pending.resolve(result);
    else pending.reject(new Error(error.message));
  }

  end(): void {
    this.#ended = true;
    for (const { reject } of this.#pending.values()) reject(new Error('the thread has ended'));
    this.#pending.clear();
  }
}

/** All threads of this process, including later ones, through V8's inspector without a port. */
export class InspectedThreads {
  readonly #session = new Session();
  readonly #workers = new Map<string, InspectedWorker>();

  /** Calls `seen` with each running thread, and with each that starts before `close`. Call it in the main thread. */
  async open(seen: (thread: InspectedThread) => void): Promise<void> {
    const session = this.#session;
    session.connect();
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const worker = new InspectedWorker(session, params.sessionId, nameOf(params.workerInfo));
      this.#workers.set(params.sessionId, worker);
      seen(worker);
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => this.#workers.get(params.sessionId)?.receive(params.message));
    session.on('NodeWorker.detachedFromWorker', ({ params }) => {
      this.#workers.get(params.sessionId)?.end();
      this.#workers.delete(params.sessionId);
    });
    seen({ name: 'main', post: (method, parameters) => session.post(method, parameters) });
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  /** Ends all sessions. */
  close(): void {
    for (const worker of this.#workers.values()) worker.end();
    this.#workers.clear();
    this.#session.disconnect();
  }
}

/** Node's title is `[worker 3] name`. */
function nameOf({ title }: NodeWorker.WorkerInfo): string {
  return title.replace(/^\[worker \d+\] ?/, '') || title;
}
