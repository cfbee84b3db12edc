import { EmbeddedLog } from './embedded/embedded-log.js';
import type { Log } from './log.js';
import type { LogSettings } from './settings.js';

/** Per kind of settings its adaptor. */
const adaptors: { readonly [K in LogSettings['kind']]: (settings: Extract<LogSettings, { kind: K }>) => Promise<Log> } = {
  embedded: async (settings) => EmbeddedLog.open(settings),
};

/**
 * Opens the log; works in any thread (give a worker `log.forThreads()`). Rejects a LogError that names the place and the
 * setting to change when the log can't be had.
 */
export function openLog(settings: LogSettings): Promise<Log> {
  return adaptors[settings.kind](settings);
}
