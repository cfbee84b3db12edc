declare const indexed: unique symbol;

/** A number that counts things of one kind: the compiler does not take it for an index of another kind, nor a plain number for it. */
export type IndexOf<Thing extends string> = number & { readonly [indexed]: Thing };
