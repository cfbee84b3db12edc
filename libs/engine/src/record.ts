/** One record of a partition of the spans log, as the engine sees it. */
export type EngineRecord =
  | {
      readonly kind: 'spans';
      readonly offset: number;
      readonly timestamp: number;
      readonly value: Uint8Array;
      /** For this many ms before it nothing could be appended to the log. */
      readonly pause?: number;
    }
  | { readonly kind: 'tick'; readonly offset: number; readonly timestamp: number }
  /** For `pause` ms before it nothing could be appended to the log. */
  | { readonly kind: 'pause'; readonly offset: number; readonly timestamp: number; readonly pause: number }
  | { readonly kind: 'epoch'; readonly offset: number; readonly timestamp: number; readonly epoch: number };
