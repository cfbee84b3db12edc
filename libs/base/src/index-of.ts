declare const indexed: unique symbol;

/** An index of one kind: the compiler does not accept an index of another kind, nor a plain number. */
export type IndexOf<Thing extends string> = number & { readonly [indexed]: Thing };
