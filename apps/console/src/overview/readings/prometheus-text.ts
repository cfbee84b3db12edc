export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by the name of their series: `_bucket`, `_sum` and `_count` are names of their own. */
export type ParsedMetrics = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+([-+]?(?:\d|\.\d|Inf)\S*|NaN)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Parses `GET /metrics`, the Prometheus text format; skips lines that are not samples. */
export function parsePrometheus(text: string): ParsedMetrics {
  const metrics = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name, labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const samples = metrics.get(name) ?? [];
    samples.push({ labels: labelsOf(labels), value: numberOf(value) });
    metrics.set(name, samples);
  }
  return metrics;
}

const labelsOf = (text: string): Sample['labels'] =>
  Object.fromEntries([...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, unescaped)]));

const unescaped = (_: string, sign: string): string => (sign === 'n' ? '\n' : sign);

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
