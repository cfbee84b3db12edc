/** Maximum of scrapers that are distinguished; more is a mistake, or an attack. */
const SCRAPERS = 32;

/** `name{labels} value`, as prom-client writes it. */
const SERIES = /^(.*) (\S+)$/;

/**
 * Shows a scraper each series of a counter that is new to it at 0 first, and with its value from the next scrape on. `increase()` and `rate()` take the first
 * value of a series for one that it always had, and would not see a first burst. For a series that began before (the process was restarted) this is a reset to
 * 0, which they handle.
 */
export class FirstSight {
  /** By scraper, the one that was here last at the end: the series that it has seen. */
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
