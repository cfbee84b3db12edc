import { describe, expect, it } from '@jest/globals';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FirstSight } from './first-sight.js';

const measured = () => {
  const registry = new Registry();
  const registers = [registry];
  const counter = new Counter({ name: 'c_total', help: 'c', labelNames: ['service'], registers });
  const gauge = new Gauge({ name: 'g', help: 'g', registers });
  const histogram = new Histogram({ name: 'h', help: 'h', buckets: [1], registers });
  return { registry, counter, gauge, histogram };
};

describe('a series that a scraper sees for the first time', () => {
  it('starts at 0, and has its value from the next scrape on, for each scraper', async () => {
    const { registry, counter } = measured();
    const sight = new FirstSight();
    const told = async (scraper: string) =>
      sight
        .forScraper(scraper, await registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith('c_total{'));
    counter.inc({ service: 'a b "c" 1' }, 100);
    expect(await told('one')).toEqual(['c_total{service="a b \\"c\\" 1"} 0']);
    expect(await told('one')).toEqual(['c_total{service="a b \\"c\\" 1"} 100']);
    expect(await told('two')).toEqual(['c_total{service="a b \\"c\\" 1"} 0']);
    counter.inc({ service: 'b' }, 7);
    expect(await told('two')).toEqual(['c_total{service="a b \\"c\\" 1"} 100', 'c_total{service="b"} 0']);
    expect(await told('one')).toContain('c_total{service="b"} 0');
    expect(await told('one')).toContain('c_total{service="b"} 7');
  });

  it('is unchanged if it is not a counter', async () => {
    const { registry, gauge, histogram } = measured();
    gauge.set(5);
    histogram.observe(0.5);
    const text = await registry.metrics();
    const told = new FirstSight().forScraper('one', text);
    expect(told).toBe(text);
  });

  it('remembers only a few scrapers', async () => {
    const { registry, counter } = measured();
    counter.inc({ service: 'a' }, 3);
    const text = await registry.metrics();
    const sight = new FirstSight();
    for (let n = 0; n < 1_000; n++) sight.forScraper(`scraper ${n}`, text);
    expect(sight.forScraper('scraper 999', text)).toContain('c_total{service="a"} 3');
    expect(sight.forScraper('scraper 0', text)).toContain('c_total{service="a"} 0');
  });
});
