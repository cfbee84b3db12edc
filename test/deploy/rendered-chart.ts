import { expect } from '@jest/globals';
import { type Manifest, manifestsOf, render, VALUE_SETS } from './chart.js';

/** What Helm renders for each file of values, which must succeed. */
export function renderedChart(helm: string): ReadonlyMap<string, readonly Manifest[]> {
  const rendered = new Map<string, readonly Manifest[]>();
  for (const values of VALUE_SETS) {
    const { status, text } = render(helm, values);
    expect([values, status, status === 0 ? '' : text]).toEqual([values, 0, '']);
    rendered.set(values, manifestsOf(text));
  }
  return rendered;
}
