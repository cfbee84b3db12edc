/** The answer of `GET /v1/dsl`. */
export interface Vocabulary {
  readonly span: Words;
  readonly trace: Words;
  readonly relatives: Words;
  readonly scope?: Words;
  readonly library: readonly Named[];
  readonly stringTests: readonly Named[];
  readonly operators?: readonly { readonly operators: readonly string[]; readonly takes: string; readonly returns: string }[];
  readonly durationUnits?: readonly { readonly unit: string }[];
}

export interface Words {
  readonly fields?: readonly Named[];
  readonly functions?: readonly Named[];
}

export interface Named {
  readonly name: string;
  readonly type?: string;
  /** All values of a field. */
  readonly values?: readonly string[];
  readonly returns?: string;
  readonly doc: string;
  readonly example?: string;
  readonly parameters?: readonly { readonly name: string; readonly doc: string; readonly optional?: boolean }[];
}
