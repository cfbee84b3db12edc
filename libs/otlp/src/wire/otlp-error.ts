import { CatalogueError, type ProblemValues } from '#base';
import { OTLP_PROBLEMS, type OtlpProblemCode } from './problems.js';

/** Place and reason: a byte offset in protobuf, a path (`spans[0].start_time`) in JSON. */
export interface OtlpErrorPlace {
  readonly offset?: number;
  readonly path?: string;
  /** All wrong fields, if several were checked. */
  readonly fields?: readonly FieldError[];
}

export interface FieldError {
  readonly path: string;
  /** The expected form and the value found. */
  readonly message: string;
}

/** The only error of reading, checking or splitting telemetry: the input is wrong, not the program. */
export class OtlpError extends CatalogueError<typeof OTLP_PROBLEMS> {
  override readonly name = 'OtlpError';
  readonly offset: number | undefined;
  readonly path: string | undefined;
  readonly fields: readonly FieldError[];

  constructor(code: OtlpProblemCode, values: ProblemValues, place: OtlpErrorPlace = {}) {
    super(OTLP_PROBLEMS, code, values);
    this.offset = place.offset;
    this.path = place.path;
    this.fields = place.fields ?? [];
  }
}

/** Throws BT_OTLP_MALFORMED. */
export function malformed(offset: number, what: string): never {
  throw new OtlpError('BT_OTLP_MALFORMED', { offset, what }, { offset });
}

/** Throws BT_OTLP_TOO_DEEP for protobuf. */
export function tooDeep(offset: number, limit: number): never {
  throw new OtlpError('BT_OTLP_TOO_DEEP', { limit, where: `byte ${offset}` }, { offset });
}
