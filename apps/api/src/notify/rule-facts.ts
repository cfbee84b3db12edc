import type { Mute, Store } from '#store';

/** How long (ms) the store's tags and mutes are cached. */
const CACHE_MS = 2_000;
const PAGE = 1_000;

/** The tags and mutes of rules, which also decide whether a violation is sent. Cached for a time. */
export class RuleFacts {
  private tags: ReadonlyMap<string, readonly string[]> = new Map();
  private muted: ReadonlyMap<string, readonly Mute[]> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  /** Rejects when the store cannot be read. `always`: even if the cache is recent. */
  async refresh(always = false): Promise<void> {
    if (!always && this.now() - this.readAt < CACHE_MS) return;
    const at = this.now();
    const [rules, { mutes }] = await Promise.all([this.store.rules(), this.store.mutes({ activeAt: at }, { limit: PAGE })]);
    this.tags = new Map(rules.map(({ id, tags }) => [id, tags]));
    this.muted = Map.groupBy(mutes, ({ ruleId, service }) => keyOf(ruleId, service));
    this.readAt = at;
  }

  /** Undefined: the rule does not exist any more. */
  tagsOf(ruleId: string): readonly string[] | undefined {
    return this.tags.get(ruleId);
  }

  isMuted(ruleId: string, service: string): boolean {
    return this.mutesOf(ruleId, service).length > 0;
  }

  /** Whether the mute ends when it gets worse: the store decides that when it stores the violation. */
  isMutedUntilWorse(ruleId: string, service: string): boolean {
    const mutes = this.mutesOf(ruleId, service);
    return mutes.length > 0 && mutes.every(({ worseAbove }) => worseAbove !== undefined);
  }

  private mutesOf(ruleId: string, service: string): readonly Mute[] {
    return [keyOf(ruleId, undefined), keyOf(ruleId, service)].flatMap((key) => this.muted.get(key) ?? []);
  }
}

function keyOf(ruleId: string, service: string | undefined): string {
  return JSON.stringify([ruleId, service ?? null]);
}
