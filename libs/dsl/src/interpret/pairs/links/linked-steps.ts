import { FEW } from '../joined/span-bucket.js';
import { Steps } from '../plan/steps.js';
import { BLOCK } from './cause-words.js';
import { askingVisits, PASS_VISITS } from './linked-pairs.js';

/** Boxes and spans examined per step (joined-spans.ts). */
const VISITS_PER_STEP = 8;
/** Of each span: its component, its parent and its link as edges between components, and its link once more. */
const GRAPH_SIZE = 4;
/** Cost of adding a span to the graph, and of querying it. */
const SPAN_STEPS = GRAPH_SIZE + 2;

/**
 * The steps per span for answering a question about order for all spans of a trace with one link each. Every span is a candidate for every other one, in as
 * many blocks as that makes.
 *
 * @param parts the orders and ranges of values that it asks for
 * @param pair the cost of examining a pair of spans: some are, on small traces
 */
export function linkedSteps(parts: number, pair: Steps): Steps {
  const blocks = (spans: number): number => Math.ceil(spans / BLOCK) * ((GRAPH_SIZE * PASS_VISITS + askingVisits(parts)) / VISITS_PER_STEP);
  const pairs = (spans: number): number => (spans <= FEW ? 3 * pair.on(spans) + 2 * spans : 0);
  return new Steps((spans) => SPAN_STEPS + blocks(spans) + pairs(spans));
}
