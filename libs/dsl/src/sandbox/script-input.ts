import type { SpanView, TraceView } from '../trace/span-view.js';
import type { LuaError } from '../values/lua/lua-error.js';
import type { ScriptTrail } from './bridge/script-trail.js';

/** The input of a script, and a callback for conditions of `trace.has(…)` that fail on a span. */
export interface ScriptInput {
  readonly trace: TraceView;
  /** The judged span of a span rule. */
  readonly subject?: SpanView;
  onSpanError?(span: SpanView, error: LuaError): void;
  /** Records the events of the run, if the program has marks. */
  readonly trail?: ScriptTrail;
}
