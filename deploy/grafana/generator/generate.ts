// Writes the dashboards into deploy/grafana/dashboards (`npm run docs:generate`); with --check it only says which are out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backendOverview } from './backend-overview.ts';
import { rulePerformance } from './rule-performance.ts';
import { violationTrends } from './violation-trends.ts';
import { violationsOverview } from './violations-overview.ts';

const dashboards = {
  'backend-overview': backendOverview,
  'rule-performance': rulePerformance,
  'violation-trends': violationTrends,
  'violations-overview': violationsOverview,
};

const onlyCheck = process.argv.includes('--check');
for (const [name, dashboard] of Object.entries(dashboards)) {
  const path = join(import.meta.dirname, '../dashboards', `${name}.json`);
  const text = `${JSON.stringify(dashboard.build(), null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (onlyCheck) {
    console.error(`deploy/grafana/dashboards/${name}.json is out of date; run npm run docs:generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`wrote deploy/grafana/dashboards/${name}.json`);
  }
}
