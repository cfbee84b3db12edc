import { FEW } from '../joined/span-bucket.js';
import { Steps } from '../plan/steps.js';
import { BLOCK } from './cause-words.js';
import { askingVisits, PASS_VISITS } from './linked-pairs.js';

/** Boxes and spans that are looked at for one step (joined-spans.ts). */
const VISITS_PER_STEP = 8;
/** Of each span: its component, its parent and its link as edges between components, and its link once more. */
const GRAPH_SIZE = 4;
/** To put a span into the graph, and to ask it. */
const SPAN_STEPS = GRAPH_SIZE + 2;

/**
 * What it takes, for each span of a trace with a link for each span, to answer a question about order for all of them: every span is a candidate
 * for every other one, in as many blocks as that makes.
 *
 * @param parts the orders and ranges of values that it asks for
 * @param pair what it takes to look at a pair of spans: some are, on small traces
 */
export function linkedSteps(parts: number, pair: Steps): Steps {
  const blocks = (spans: number): number => Math.ceil(spans / BLOCK) * ((GRAPH_SIZE * PASS_VISITS + askingVisits(parts)) / VISITS_PER_STEP);
  const pairs = (spans: number): number => (spans <= FEW ? 3 * pair.on(spans) + 2 * spans : 0);
  return new Steps((spans) => SPAN_STEPS + blocks(spans) + pairs(spans));
}
