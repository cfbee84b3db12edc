import type { Mute, Store } from '#store';

/** Milliseconds for which what the store says of rules and mutes is taken for the present. */
const FRESH = 2_000;
const PAGE = 1_000;

/** What decides, beside the violation, whether it is sent: its rule's tags and mutes. Read again when it is old. */
export class RuleFacts {
  private tags: ReadonlyMap<string, readonly string[]> = new Map();
  private muted: ReadonlyMap<string, readonly Mute[]> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  /** Rejects when the store cannot be read. `always`: also when what is known is not old. */
  async refresh(always = false): Promise<void> {
    if (!always && this.now() - this.readAt < FRESH) return;
    const at = this.now();
    const [rules, { mutes }] = await Promise.all([this.store.rules(), this.store.mutes({ activeAt: at }, { limit: PAGE })]);
    this.tags = new Map(rules.map(({ id, tags }) => [id, tags]));
    this.muted = Map.groupBy(mutes, ({ ruleId, service }) => keyOf(ruleId, service));
    this.readAt = at;
  }

  /** Undefined: there is no such rule any more. */
  tagsOf(ruleId: string): readonly string[] | undefined {
    return this.tags.get(ruleId);
  }

  isMuted(ruleId: string, service: string): boolean {
    return this.mutesOf(ruleId, service).length > 0;
  }

  /** It is muted, but no longer when it gets worse: the store says so when it has kept the violation. */
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
