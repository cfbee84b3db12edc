import type { DryRun } from './dry-run.js';

const VOCABULARY = 'libs/dsl/src/vocabulary/trace-vocabulary.ts';
/** Types of a package that has none; libs/dsl includes them. */
const FENGARI = 'libs/dsl/src/sandbox/bridge/fengari-modules.d.ts';

/** The common changes of CONTRIBUTING.md, each only with its declaration. */
export const CHANGES = {
  aggregate: {
    file: VOCABULARY,
    find: 'const AGGREGATES = {\n',
    replace: "const AGGREGATES = {\n  median: { parameters: [FIELD, OPTIONAL_CONDITION], returns: 'number', doc: '', example: '' },\n",
    folders: ['libs/dsl/src'],
  },
  relation: {
    file: VOCABULARY,
    find: 'const PAIRS = {\n',
    replace: "const PAIRS = {\n  overlaps: { parameters: [A, B], returns: 'boolean', doc: '', example: '' },\n",
    folders: ['libs/dsl/src'],
  },
  'field of a span': {
    file: 'libs/dsl/src/vocabulary/vocabulary.ts',
    find: 'const FIELDS_OF_SPAN = [\n',
    replace: "const FIELDS_OF_SPAN = [\n  { name: 'priority', type: 'number', doc: '', example: '' },\n",
    folders: ['libs/dsl/src'],
  },
  receiver: {
    file: 'apps/ingest/src/receive/receiver.ts',
    find: "| 'kafka';",
    replace: "| 'kafka' | 'zipkin';",
    folders: [FENGARI, 'apps/ingest/src/*.ts', 'apps/ingest/src/intake'],
  },
  database: {
    file: 'libs/store/src/settings.ts',
    find: 'SqliteStoreSettings | PostgresStoreSettings;',
    replace: "SqliteStoreSettings | PostgresStoreSettings | { readonly kind: 'mysql'; readonly url: string };",
    folders: ['libs/store/src/*.ts', 'libs/store/src/backup'],
  },
  'rule field': {
    file: 'libs/records/src/rule.ts',
    find: 'export interface RuleContent {\n',
    replace: 'export interface RuleContent {\n  readonly owner: string;\n',
    folders: [FENGARI, 'libs/store/src/rules', 'apps/api/src/rules', 'apps/cli/src/rule-file', 'apps/cli/src/commands/rules'],
  },
} as const satisfies Readonly<Record<string, DryRun>>;
