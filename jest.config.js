// ESM without a build step: swc strips the types, `#lib` resolves to the sources (condition "betrace-source").
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/scripts/jest/environment.mjs',
  testEnvironmentOptions: { customExportConditions: ['betrace-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/harness/patience.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', '^#ui/(.*)$': '<rootDir>/libs/ui/src/$1' },
  // .cache/older: `npm run test:upgrade` keeps whole clones there, which have our packages' names, too.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/', '<rootDir>/apps/grafana/'],
  // Packages that tests spend much time in are transformed, too: see scripts/jest/transform.mjs.
  transformIgnorePatterns: ['/node_modules/(?!(fengari|re2js|fast-check)/)'],
  transform: {
    '^.+\\.ts$|/node_modules/.+\\.js$': [
      '<rootDir>/scripts/jest/transform.mjs',
      {
        swcrc: false,
        module: { type: 'nodenext' },
        sourceMaps: 'inline',
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
};

export default {
  // On two cores: scripts/jest/slots.mjs says which files run beside which.
  maxWorkers: 3,
  testSequencer: '<rootDir>/scripts/jest/sequencer.mjs',
  // ES modules stay in memory after the spec that imported them: a worker would have 4 GB after 200 files and do nothing but collect garbage.
  workerIdleMemoryLimit: '1GB',
  reporters: ['default', ...['progress', 'summary', 'stuck-files'].map((name) => `<rootDir>/scripts/jest/${name}-reporter.mjs`)],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,apps}/*/src/**/*.spec.ts', '<rootDir>/{scripts,bench}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/apps/console/'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.spec.ts'], globalSetup: '<rootDir>/test/harness/bundle.setup.mjs' },
    {
      ...shared,
      displayName: 'console',
      testMatch: ['<rootDir>/apps/console/{src,test}/**/*.spec.ts'],
      // The console is a package of its own, without the names of libs.
      moduleNameMapper: { ...shared.moduleNameMapper, '^#(base|dsl|records)$': '<rootDir>/libs/$1/src/index.ts' },
      // Builds the console, once, and only where one of its tests is run.
      globalSetup: '<rootDir>/apps/console/test/build-console.mjs',
    },
    {
      ...shared,
      displayName: 'grafana',
      testMatch: ['<rootDir>/apps/grafana/test/**/*.spec.ts'],
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/', '<rootDir>/apps/grafana/test/grafana-12/'],
      // Installs the plugin's packages and builds it, once, and only where one of its tests is run.
      globalSetup: '<rootDir>/apps/grafana/test/build-plugin.mjs',
    },
  ],
};
