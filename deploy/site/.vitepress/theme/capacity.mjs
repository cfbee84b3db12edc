// What a load needs, by the figures of docs/operations/capacity.json: the calculator of the page and test/examples/capacity.spec.ts compute with it.

/** How long a closed trace without a root is remembered behind its last span, by the defaults (s). */
export const REMEMBERED_SECONDS = 40;

/**
 * What a load needs of each thing, on machines like the measured one.
 * @param model docs/operations/capacity.json
 * @param load spans a second at the busiest time; the wire (its name); rules of each kind (by the kind's name); the retention (hours); the
 *   seconds that a trace takes; the share of a core that is used at the busiest time; whether the log is Kafka
 */
export function capacityOf(model, { rate, wire, rules, hours, traceSeconds, share, kafka = false }) {
  const { cpu_us, ingest_us } = model.wires.find(({ name }) => name === wire);
  const judged = model.rules.reduce((sum, { kind, cpu_ns }) => sum + ((rules[kind] ?? 0) * cpu_ns) / 1000, 0);
  const { evaluator_us, broker_us } = model.kafka;
  const parts = kafka ? { ingest: ingest_us, evaluator: evaluator_us + judged, broker: broker_us } : { process: cpu_us + judged };
  const cpuOfSpan = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const kept = model.rules.filter(({ kind }) => (rules[kind] ?? 0) > 0).map(({ memory_bytes }) => memory_bytes);
  const bytesOfSpan = model.memory_bytes + Math.max(0, ...kept);
  const coresOf = (cpu) => (rate * cpu) / 1e6 / share;
  const cores = coresOf(cpuOfSpan);
  return {
    /** Microseconds of CPU time for a span. */
    cpuOfSpan,
    spansPerCpuSecond: 1e6 / cpuOfSpan,
    cores,
    /** By part: `process`, or `ingest`, `evaluator` and `broker`. The broker is one that keeps one copy. */
    coresOfParts: Object.fromEntries(Object.entries(parts).map(([part, cpu]) => [part, coresOf(cpu)])),
    /** Twice the cores that may judge, so that one more process changes something; 4 at least. */
    partitions: Math.max(4, 2 * Math.ceil(coresOf(parts.process ?? parts.evaluator))),
    diskGigabytes: (rate * hours * 3600 * model.disk_bytes) / 1e9,
    memoryMegabytes: (rate * (traceSeconds + REMEMBERED_SECONDS) * bytesOfSpan) / 1e6,
  };
}

/** The largest numbers with which the page computes: what is beyond is a slip of the finger. */
export const LIMITS = { rate: 1e9, hours: 1e6, traceSeconds: 1e6, rules: 1e6 };

/** What is wrong with a load, as a sentence; undefined if it can be computed. */
export function wrongIn({ rate, hours, traceSeconds, share, rules }) {
  const fields = [
    ['Spans a second', rate, LIMITS.rate],
    ...Object.entries(rules).map(([kind, count]) => [`Rules (${kind})`, count, LIMITS.rules]),
    ['The retention', hours, LIMITS.hours],
    ['The seconds of a trace', traceSeconds, LIMITS.traceSeconds],
  ];
  for (const [name, value, most] of fields)
    if (!(value >= 0 && value <= most)) return `${name}: a number from 0 to ${most.toLocaleString('en')} is needed.`;
  if (!(share >= 0.05 && share <= 1)) return 'The share of a core: a number from 0.05 to 1 is needed. A half is 0.5.';
  return undefined;
}
