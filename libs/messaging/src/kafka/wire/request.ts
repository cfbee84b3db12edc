/** A request to a broker in Kafka's bytes, with the reader of its answer. */
export interface WireRequest<Answer> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly name: string;
  /** A version with compact types and tagged fields, in the headers too. */
  readonly flexible?: boolean;
  /** How long (ms) the answer may take, when that is longer than the connection's own limit. */
  readonly timeout?: number;
  /** The only cluster that may get it: another one may answer at the same address. See `clusterIdOf`. */
  readonly cluster?: string | undefined;
  /** Everything after the request's header, in pieces to be written in sequence. */
  body(): readonly Buffer[];
  /** Reads the answer after its header (a flexible one's tagged fields are skipped). `throttle` is how long (ms) the broker wants no further request. */
  read(body: Buffer): { readonly value: Answer; readonly throttle: number };
}
