import { runApp } from '#platform';
import { ApiModule } from '../../api/src/api.module.js';
import { connectSpansLog } from '../../evaluator/src/evaluator.module.js';
import { StandaloneModule } from './standalone.module.js';

await runApp({
  name: 'standalone',
  module: () => StandaloneModule,
  prepare: ApiModule.prepare,
  connect: connectSpansLog,
  publicPaths: ApiModule.publicPaths,
  pagePaths: ApiModule.pagePaths,
});
