/** One record of a partition of the spans log, as the engine sees it. */
export type EngineRecord =
  | { readonly kind: 'spans'; readonly offset: number; readonly timestamp: number; readonly value: Uint8Array }
  | { readonly kind: 'tick'; readonly offset: number; readonly timestamp: number }
  | { readonly kind: 'epoch'; readonly offset: number; readonly timestamp: number; readonly epoch: number };
