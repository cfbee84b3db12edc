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

\`GET /metrics\` answers them in the Prometheus text format, beside the process's own (\`process_*\`, \`nodejs_*\`).
A series of a counter that is new to a scraper is told to it as 0 once, and with its value from the next scrape on, so that
\`increase()\` and \`rate()\` see a first burst; who asks without Prometheus's header \`X-Prometheus-Scrape-Timeout-Seconds\` is told its value.

${parts.join('\n')}`;
}
