import { seededRandom } from './seeded-random.js';

/** One way in which the spans of a trace may arrive. */
export interface Arrangement {
  /** `in one batch`, `shuffled (2), with duplicates`: for the report of a test that fails only in this arrangement. */
  readonly name: string;
  /** Indexes of spans, by record. */
  readonly records: readonly (readonly number[])[];
  /** Milliseconds of log time between the records. */
  readonly pause: number;
}

const SHUFFLES = 3;
/** Maximum of spans that are tried as the late one. */
const LATE = 8;
/** Long enough for the trace to close before the late span, short enough for it to be remembered. */
const LATE_PAUSE = 15_000;

/**
 * The arrangements of spans that a sender, a network and a broker may cause: together, one by one, shuffled over records, twice, one of them late. All must
 * give the same final verdict. The same spans and seed give the same arrangements.
 */
export function arrangements(spans: number, seed: string): readonly Arrangement[] {
  const order = Array.from({ length: spans }, (_, index) => index);
  const random = seededRandom(seed);
  const list: Arrangement[] = [{ name: 'in one batch', records: [order], pause: 0 }];
  if (spans > 1) {
    list.push({ name: 'span by span', records: order.map((index) => [index]), pause: 100 });
    list.push({ name: 'in reverse order', records: order.toReversed().map((index) => [index]), pause: 0 });
    for (let n = 1; n <= SHUFFLES; n++) {
      list.push({ name: `shuffled over records (${n})`, records: split(random.shuffled(order), random), pause: 50 });
    }
  }
  const twice = random.shuffled([...order, ...order]);
  list.push({ name: 'with duplicates', records: split(twice, random), pause: 50 });
  if (spans > 1) {
    for (const late of random.shuffled(order).slice(0, LATE)) {
      const others = order.filter((index) => index !== late);
      list.push({ name: `with span ${late + 1} late`, records: [others, [late]], pause: LATE_PAUSE });
    }
  }
  return list;
}

function split(order: readonly number[], random: ReturnType<typeof seededRandom>): readonly (readonly number[])[] {
  const records: number[][] = [[]];
  for (const index of order) {
    if (random.next() < 0.4 && records.at(-1)?.length !== 0) records.push([]);
    records.at(-1)?.push(index);
  }
  return records;
}
