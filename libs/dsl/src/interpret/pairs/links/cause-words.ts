import type { CauseGraph } from './cause-graph.js';

/** The number of spans handled at once, as this many words of 32 bits. */
export const WORDS = 8;
export const BLOCK = 32 * WORDS;

/**
 * For each component, with a bit per span of a block: the spans that it depends on, and those that depend on it. The bits propagate along the graph. A block takes as
 * long as a walk through the graph, and memory for one block only.
 */
export class CauseWords {
  /** By component: the block's spans that it depends on, and its own. */
  readonly causes: Int32Array;
  /** By component: the block's spans that depend on it, and its own. */
  readonly effects: Int32Array;
  /** By component: the block's spans that it depends on by a link as the last step. */
  readonly linked: Int32Array;
  /** By span: the block's spans that depend on it by a link as the last step. */
  readonly linking: Int32Array;
  /** By span: its bit; -1 for those that are not of the block. */
  readonly bitOf: Int32Array;
  private members: Int32Array = new Int32Array();

  /**
   * @param asks whether spans before those of the block are sought (`linking`), or after them (`linked`)
   */
  constructor(
    private readonly graph: CauseGraph,
    private readonly asks: { readonly linked: boolean; readonly linking: boolean },
  ) {
    const spans = graph.componentOf.length;
    const components = graph.components;
    this.bitOf = new Int32Array(spans).fill(-1);
    this.causes = new Int32Array(components * WORDS);
    this.effects = new Int32Array(components * WORDS);
    this.linked = new Int32Array(asks.linked ? components * WORDS : 0);
    this.linking = new Int32Array(asks.linking ? spans * WORDS : 0);
  }

  /** @param members positions of at most BLOCK spans, each once: their places are their bits */
  load(members: Int32Array): void {
    const { bitOf, causes, effects, linked, linking } = this;
    const { componentOf } = this.graph;
    for (const span of this.members) bitOf[span] = -1;
    this.members = members;
    for (const words of [causes, effects, linked, linking]) words.fill(0);
    members.forEach((span, bit) => {
      bitOf[span] = bit;
      const at = componentOf[span]! * WORDS + (bit >>> 5);
      causes[at]! |= 1 << bit;
      effects[at]! |= 1 << bit;
    });
    if (this.asks.linked) this.passLinked();
    this.passCauses();
    this.passEffects();
    if (this.asks.linking) this.passLinking();
  }

  /** Causes of a component have smaller numbers, so they are known before. */
  private passCauses(): void {
    const { components, causesFrom, causes: edges } = this.graph;
    const words = this.causes;
    for (let component = 0; component < components; component++) {
      const end = causesFrom[component + 1]!;
      for (let edge = causesFrom[component]!; edge < end; edge++) merge(words, component * WORDS, edges[edge]! * WORDS);
    }
  }

  private passEffects(): void {
    const { components, causesFrom, causes: edges } = this.graph;
    const words = this.effects;
    for (let component = components - 1; component >= 0; component--) {
      const end = causesFrom[component + 1]!;
      for (let edge = causesFrom[component]!; edge < end; edge++) merge(words, edges[edge]! * WORDS, component * WORDS);
    }
  }

  private passLinked(): void {
    const { components, causesFrom, causes: edges, linksFrom, links } = this.graph;
    const { bitOf, linked } = this;
    for (let component = 0; component < components; component++) {
      const at = component * WORDS;
      for (let edge = causesFrom[component]!; edge < causesFrom[component + 1]!; edge++) merge(linked, at, edges[edge]! * WORDS);
      for (let link = linksFrom[component]!; link < linksFrom[component + 1]!; link++) {
        const bit = bitOf[links[link]!]!;
        if (bit >= 0) linked[at + (bit >>> 5)]! |= 1 << bit;
      }
    }
  }

  private passLinking(): void {
    const { components, linksFrom, links } = this.graph;
    const { effects, linking } = this;
    for (let component = 0; component < components; component++) {
      for (let link = linksFrom[component]!; link < linksFrom[component + 1]!; link++) {
        const at = links[link]! * WORDS;
        const from = component * WORDS;
        for (let word = 0; word < WORDS; word++) linking[at + word]! |= effects[from + word]!;
      }
    }
  }
}

/** Written out, because this takes most of the time. */
function merge(words: Int32Array, into: number, from: number): void {
  words[into] = words[into]! | words[from]!;
  words[into + 1] = words[into + 1]! | words[from + 1]!;
  words[into + 2] = words[into + 2]! | words[from + 2]!;
  words[into + 3] = words[into + 3]! | words[from + 3]!;
  words[into + 4] = words[into + 4]! | words[from + 4]!;
  words[into + 5] = words[into + 5]! | words[from + 5]!;
  words[into + 6] = words[into + 6]! | words[from + 6]!;
  words[into + 7] = words[into + 7]! | words[from + 7]!;
}
