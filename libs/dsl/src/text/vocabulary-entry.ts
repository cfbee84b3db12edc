/** A field of `span` or `trace`, for the checker, the reference, completion and the API. */
export interface VocabularyField {
  readonly name: string;
  readonly type: 'string' | 'number' | 'duration' | 'time' | 'boolean' | 'map' | 'list' | 'span' | 'spans' | 'any';
  /** All possible values of a string field. */
  readonly values?: readonly string[];
  readonly doc: string;
  readonly example: string;
}

/** Operators of equal precedence. */
export interface VocabularyOperators {
  /** With two operands, or with one after the operator. */
  readonly operators: readonly string[];
  readonly takes: string;
  readonly returns: string;
}

export interface VocabularyFunction {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly doc: string; readonly optional?: boolean }[];
  readonly returns: 'string' | 'number' | 'boolean' | 'any';
  readonly doc: string;
  readonly example: string;
}
