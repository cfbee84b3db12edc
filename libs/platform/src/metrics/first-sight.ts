/** Maximum of distinguished scrapers; more are a mistake or an attack. */
const SCRAPERS = 32;

/** `name{labels} value`, in prom-client's format. */
const SERIES = /^(.*) (\S+)$/;

/**
 * Shows each scraper a new series of a counter as 0 first, and its value from the next scrape on. `increase()` and `rate()` would otherwise miss a first burst,
 * because they take the first value of a series as its start. For a series that existed before a restart this is a reset to 0, which they handle.
 */
export class FirstSight {
  /** The series that each scraper has seen; the last scraper to call comes last. */
  private readonly scrapers = new Map<string, ReadonlySet<string>>();

  /** @param text the metrics in Prometheus's text format */
  forScraper(scraper: string, text: string): string {
    const before = this.scrapers.get(scraper) ?? new Set();
    const seen = new Set<string>();
    let counter = '';
    const lines = text.split('\n').map((line) => {
      if (line.startsWith('# TYPE ')) counter = line.endsWith(' counter') ? line.slice(7, -8) : '';
      if (counter === '' || !line.startsWith(counter)) return line;
      const [, series = '', value = ''] = SERIES.exec(line) ?? [];
      seen.add(series);
      return before.has(series) || value === '0' ? line : `${series} 0`;
    });
    this.scrapers.delete(scraper);
    this.scrapers.set(scraper, seen);
    const [oldest] = this.scrapers.keys();
    if (this.scrapers.size > SCRAPERS && oldest !== undefined) this.scrapers.delete(oldest);
    return lines.join('\n');
  }
}
