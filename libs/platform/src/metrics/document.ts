import type { MetricDeclarations } from './declaration.js';

/** The text of `docs/metrics.md`: a section per part. */
export function metricsDocument(sections: Readonly<Record<string, MetricDeclarations>>): string {
  const parts = Object.entries(sections).map(([title, declarations]) => {
    const rows = Object.values(declarations).map(
      ({ name, type, labels = [], help }) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    return `## ${title}\n\n| metric | type | labels | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Metrics

\`GET /metrics\` answers them in the Prometheus text format, together with the process's own (\`process_*\`, \`nodejs_*\`).
A new series of a counter is 0 in the first scrape of each scraper, and has its value from the next scrape on. So
\`increase()\` and \`rate()\` see a first burst. Requests without Prometheus's header \`X-Prometheus-Scrape-Timeout-Seconds\` get its value at once.

${parts.join('\n')}`;
}
