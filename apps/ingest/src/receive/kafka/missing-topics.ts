import { type Log, LogError } from '#messaging';
import type { Logger } from '#platform';

/** Milliseconds for which an answer is reused, because readiness is read often. */
const CACHE_MS = 5_000;

/** Finds missing topics of other producers. Nothing else would report them, because a topic without partitions never fails. */
export class MissingTopics {
  private reported = '';
  private looked: { readonly at: number; readonly state: string | undefined } | undefined;

  constructor(
    private readonly log: Pick<Log, 'ends'>,
    private readonly names: readonly string[],
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly monotonic: () => number,
  ) {}

  /** For readiness: the missing topics as text; undefined when all exist. A missing topic makes nothing else unready. */
  async state(): Promise<string | undefined> {
    if (this.looked !== undefined && this.monotonic() - this.looked.at < CACHE_MS) return this.looked.state;
    const missing = (await Promise.all(this.names.map(async (name) => ((await this.exists(name)) ? [] : [name])))).flat();
    const state = missing.length === 0 ? undefined : `${missing.join(', ')} missing: nothing is received from it until it is created`;
    this.looked = { at: this.monotonic(), state };
    if (state !== undefined && state !== this.reported)
      this.logger.warn({ topics: missing }, `received Kafka topics are missing: ${state}`);
    this.reported = state ?? '';
    return state;
  }

  private async exists(name: string): Promise<boolean> {
    try {
      return (await this.log.ends(name)).size > 0;
    } catch (error) {
      if (isUnknownTopic(error)) return false;
      throw error;
    }
  }
}

/** An error of the log, or of a broker somewhere in the chain of causes. */
function isUnknownTopic(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof LogError && error.code === 'BT_LOG_UNKNOWN_TOPIC') return true;
  return ('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') || isUnknownTopic(error.cause);
}
