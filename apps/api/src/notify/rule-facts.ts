import type { Store } from '#store';

/** Milliseconds for which what the store says of rules and mutes is taken for the present. */
const FRESH = 2_000;
const PAGE = 1_000;

/** What decides, beside the violation, whether it is sent: its rule's tags and mutes. Read again when it is old. */
export class RuleFacts {
  private tags: ReadonlyMap<string, readonly string[]> = new Map();
  private muted: ReadonlySet<string> = new Set();
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  /** Rejects when the store cannot be read. */
  async refresh(): Promise<void> {
    if (this.now() - this.readAt < FRESH) return;
    const at = this.now();
    const [rules, { mutes }] = await Promise.all([this.store.rules(), this.store.mutes({ activeAt: at }, { limit: PAGE })]);
    this.tags = new Map(rules.map(({ id, tags }) => [id, tags]));
    this.muted = new Set(mutes.map(({ ruleId, service }) => keyOf(ruleId, service)));
    this.readAt = at;
  }

  /** Undefined: there is no such rule any more. */
  tagsOf(ruleId: string): readonly string[] | undefined {
    return this.tags.get(ruleId);
  }

  isMuted(ruleId: string, service: string): boolean {
    return this.muted.has(keyOf(ruleId, undefined)) || this.muted.has(keyOf(ruleId, service));
  }
}

function keyOf(ruleId: string, service: string | undefined): string {
  return JSON.stringify([ruleId, service ?? null]);
}
