// SIGUSR2 announces the last stop (docs/decisions/0067), and ends a process that does not listen. So this file imports the others later: they take half a
// second to load.
import process from 'node:process';

let announced = false;
if (process.platform !== 'win32')
  process.on('SIGUSR2', () => {
    announced = true;
  });

const { runEvaluator } = await import('./evaluator-process.js');
await runEvaluator(() => announced);
