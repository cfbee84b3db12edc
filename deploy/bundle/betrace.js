#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The command of the npm package. Older versions of Node can read this file, so that they can say what is wrong.
if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import('./cli.js');
} else {
  process.stderr.write(`betrace: Node 24 or newer is needed, and this is ${process.version}\n`);
  process.exitCode = 2;
}
