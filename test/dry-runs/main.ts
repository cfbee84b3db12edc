// node dist/test/dry-runs/main.js: the files that the compiler names for each change, as JSON. Within jest the compiler takes three times as long.
import { CHANGES } from './changes.js';
import { namedFiles } from './dry-run.js';

const named = Object.fromEntries(Object.entries(CHANGES).map(([change, run]) => [change, namedFiles(run)]));
process.stdout.write(`${JSON.stringify(named)}\n`);
