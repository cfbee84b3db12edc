import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** A metric, declared as data; the registration and `docs/metrics.md` derive from it. */
export interface MetricDeclaration {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  /** One sentence, with the unit if the name lacks it. */
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

export type MetricDeclarations = Readonly<Record<string, MetricDeclaration>>;

type LabelOf<D> = D extends { readonly labels: readonly (infer L extends string)[] } ? L : never;
type MetricOf<D extends MetricDeclaration> = D['type'] extends 'counter'
  ? Counter<LabelOf<D>>
  : D['type'] extends 'gauge'
    ? Gauge<LabelOf<D>>
    : Histogram<LabelOf<D>>;

/** The registered metrics of declarations: `metrics.spansIngested.inc({ receiver: 'grpc' })`. */
export type Metrics<D extends MetricDeclarations> = { readonly [K in keyof D]: MetricOf<D[K]> };

/** Registers the declared metrics, or returns those already in the registry. */
export function registerMetrics<const D extends MetricDeclarations>(declarations: D, registry: Registry): Metrics<D> {
  const entries = Object.entries(declarations).map(([key, declaration]) => [
    key,
    registry.getSingleMetric(declaration.name) ?? create(declaration, registry),
  ]);
  return Object.fromEntries(entries) as Metrics<D>;
}

function create({ type, name, help, labels = [], buckets }: MetricDeclaration, registry: Registry): Counter | Gauge | Histogram {
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') return new Counter(options);
  if (type === 'gauge') return new Gauge(options);
  return new Histogram(buckets === undefined ? options : { ...options, buckets: [...buckets] });
}

/** A gauge that is updated at each scrape: `read` returns the value or sets series. (prom-client accepts such a function only at construction.) */
export function readAtScrape(gauge: Gauge<string>, read: () => number | Promise<void>): void {
  Object.assign(gauge, {
    collect: () => {
      const value = read();
      if (typeof value !== 'number') return value;
      gauge.set(value);
      return undefined;
    },
  });
}
