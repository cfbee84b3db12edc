import { describe, expect, it } from '@jest/globals';
import { importProblems, unusedPermissions, versionProblems } from './check-imports.js';

const check = (sources: Record<string, string>): string[] => importProblems(new Map(Object.entries(sources)));

describe('import rules', () => {
  it.each([
    ['engine may use dsl', 'libs/engine/src/rules/rule-set.ts', `import { compile } from '#dsl';`],
    ['a lib imports its own files', 'libs/dsl/src/emit/emit.ts', `import { Token } from '../text/token.js';`],
    ['a spec may load Node modules', 'libs/dsl/src/parse/parse.spec.ts', `import { readFileSync } from 'node:fs';`],
    ['a spec uses a fixture', 'apps/ingest/src/intake/append.spec.ts', `import { a } from '../../../../test/fixtures/ingest/requests.js';`],
    ['standalone composes modules', 'apps/standalone/src/standalone.module.ts', `import { A } from '../../api/src/api.module.js';`],
    ['an app uses Nest', 'apps/api/src/main.ts', `import { NestFactory } from '@nestjs/core';`],
    ['the console uses a component', 'apps/console/src/main.tsx', `import { Tag } from '#ui/parts/tag';`],
    ['the Grafana app uses a style', 'apps/grafana/src/scope.tsx', `import tokens from '#ui/styles/tokens.css';`],
    ['the Grafana app uses Grafana', 'apps/grafana/src/module.tsx', `import { AppPlugin } from '@grafana/data';`],
    ["the plugin's tests use the console's browser", 'apps/grafana/test/a.spec.ts', `import { b } from '../../console/test/browser.js';`],
    ['a component uses React', 'libs/ui/src/parts/tag.tsx', `import { useState } from 'react';`],
    ['a module file uses Nest', 'libs/store/src/store.module.ts', `import { Module } from '@nestjs/common';`],
  ])('allowed: %s', (_sentence, file, text) => {
    expect(check({ [file]: text })).toEqual([]);
  });

  it.each([
    ['dsl imports a lib', 'libs/dsl/src/parse/parse.ts', `import { a } from '#otlp';`],
    ['dsl imports a lib for its types only', 'libs/dsl/src/parse/parse.ts', `import type { A } from '#otlp';`],
    ['dsl loads a Node module', 'libs/dsl/src/sandbox/sandbox.ts', `import { hrtime } from 'node:process';`],
    ['dsl loads a package', 'libs/dsl/src/parse/parse.ts', `import yaml from 'yaml';`],
    ['engine imports the log', 'libs/engine/src/partition/partition.ts', `import { Log } from '#messaging';`],
    ['a lib reaches into another one', 'libs/engine/src/partition/partition.ts', `import { a } from '../../../dsl/src/token.js';`],
    ['a lib imports an app', 'libs/platform/src/clock.ts', `import { a } from '../../../apps/api/src/main.js';`],
    ['a lib imports its own door', 'libs/dsl/src/parse/parse.ts', `import { a } from '#dsl';`],
    ['a fixture outside of specs', 'apps/ingest/src/intake/append.ts', `import { a } from '../../../test/fixtures/ingest/requests.js';`],
    ['an app reaches into a lib', 'apps/api/src/main.ts', `export { a } from '../../../libs/dsl/src/text/token.js';`],
    ['an app imports another app', 'apps/api/src/main.ts', `import { a } from '../../ingest/src/ingest.module.js';`],
    ['the cli imports an app', 'apps/cli/src/main.ts', `await import('../../standalone/src/standalone.module.js');`],
    ['standalone reaches past a module', 'apps/standalone/src/main.ts', `import { a } from '../../api/src/metrics.js';`],
    ['Nest in a pure file', 'libs/messaging/src/log.ts', `import { Injectable } from '@nestjs/common';`],
    ['an unknown lib', 'apps/api/src/main.ts', `import { a } from '#engines';`],
    [
      'a packed row is read outside of its folder',
      'libs/engine/src/judge/trace-judge.ts',
      `import { FLAGS } from '../assembly/table/trace-row.js';`,
    ],
    ['the Grafana app imports the console', 'apps/grafana/src/a.tsx', `import { A } from '../../console/src/a';`],
    ['the console imports the Grafana app', 'apps/console/src/a.tsx', `import { A } from '../../grafana/src/a';`],
    ['the console loads Grafana', 'apps/console/src/a.tsx', `import { Button } from '@grafana/ui';`],
    ['the console imports a lib of the server', 'apps/console/src/a.tsx', `import { A } from '#platform';`],
    ['the console reaches into the components', 'apps/console/src/a.tsx', `import { Tag } from '../../../libs/ui/src/parts/tag';`],
    ['a component loads Grafana', 'libs/ui/src/parts/tag.tsx', `import { Tag } from '@grafana/ui';`],
    ['a component loads a package of one front end', 'libs/ui/src/parts/tag.tsx', `import { Link } from 'wouter';`],
    ['a component imports the console', 'libs/ui/src/parts/tag.tsx', `import { a } from '../../../../apps/console/src/a';`],
    ['a server imports a component', 'apps/api/src/main.ts', `import { count } from '#ui/format/count';`],
    ['a lib imports a component', 'libs/platform/src/clock.ts', `import { count } from '#ui/format/count';`],
    ['a source imports a test', 'apps/console/src/a.tsx', `import { b } from '../test/browser';`],
    ['a part of a lib', 'apps/api/src/main.ts', `import { a } from '#dsl/token';`],
  ])('forbidden: %s', (_sentence, file, text) => {
    expect(check({ [file]: text })).toEqual([expect.stringContaining(`${file}:1: `)]);
  });

  it.each([
    ['a folder imports what lies below it', 'apps/evaluator/src/threads/thread.ts', `import { a } from '../partition/evaluator.js';`],
    ['a spec imports what it tests with', 'apps/evaluator/src/rules/rule-health.spec.ts', `import { a } from '../partition/evaluator.js';`],
  ])('floors: %s', (_sentence, file, text) => {
    expect(check({ [file]: text })).toEqual([]);
  });

  it.each([
    ['an import goes up', 'apps/evaluator/src/rules/rule-health.ts', `import { a } from '../partition/evaluator.js';`, 'is above'],
    ['a type is imported from above', 'apps/evaluator/src/rules/a.ts', `import type { A } from '../threads/thread.js';`, 'is above'],
    ['a folder has no floor', 'apps/evaluator/src/attic/a.ts', `import { a } from '../metrics.js';`, 'has no floor'],
  ])('floors: refused when %s', (_sentence, file, text, why) => {
    expect(check({ [file]: text })).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    ['a badge imports the editor', 'libs/ui/src/parts/tag.tsx', `import { a } from '../editor/quoted';`],
    ['the waterfall imports the tree above it', 'libs/ui/src/waterfall/waterfall.tsx', `import { a } from '../explanation/why-tree';`],
  ])('floors of the components: refused when %s', (_sentence, file, text) => {
    expect(check({ [file]: text })).toEqual([expect.stringContaining('is above')]);
  });

  it('finds a cycle of components', () => {
    expect(
      check({
        'libs/ui/src/parts/a.tsx': `import { b } from './b';`,
        'libs/ui/src/parts/b.ts': `import { a } from '#ui/parts/a';`,
      }),
    ).toContain('import cycle: libs/ui/src/parts/a.tsx → libs/ui/src/parts/b.ts → libs/ui/src/parts/a.tsx');
  });

  it('requires one version of what the components load', () => {
    const all = Object.fromEntries(
      [...'autocomplete commands language lint state view'.split(' ').map((name) => `@codemirror/${name}`), '@lezer/highlight'].map(
        (name) => [name, '6'],
      ),
    );
    const both = { ...all, '@tanstack/react-virtual': '3', 'lucide-react': '1', react: '19' };
    expect(versionProblems(both, both, { re2js: '2' })).toEqual([]);
    expect(versionProblems(both, { ...both, react: '18' }, { re2js: '2' })).toEqual([
      'lib ui loads react: 19 in apps/console, 18 in apps/grafana',
    ]);
    expect(versionProblems(both, both, {})).toHaveLength(1);
  });

  it('finds a cycle of value imports, through libs too', () => {
    expect(
      check({
        'libs/files/src/a.ts': `import { b } from './b.js';`,
        'libs/files/src/b.ts': `import { c } from './c.js';`,
        'libs/files/src/c.ts': `export { a } from './a.js';`,
      }),
    ).toEqual(['import cycle: libs/files/src/a.ts → libs/files/src/b.ts → libs/files/src/c.ts → libs/files/src/a.ts']);
  });

  it('finds a cycle of types, except in the folders whose files need each other', () => {
    const cycle = (folder: string): string[] =>
      check({ [`${folder}/a.ts`]: `import { b } from './b.js';`, [`${folder}/b.ts`]: `import type { a } from './a.js';` });
    expect(cycle('libs/files/src')).toEqual(['cycle of types: libs/files/src/a.ts → libs/files/src/b.ts → libs/files/src/a.ts']);
    expect(cycle('libs/dsl/src/script/write')).toEqual([]);
  });
});

it('names the permissions that no file uses', () => {
  const text = `import { a } from '#base';\nimport { scan } from '#otlp';\nimport type { Rule } from '#records';`;
  expect(unusedPermissions(new Map([['libs/engine/src/partition/partition.ts', text]]))).toEqual([
    'libs/engine may import lib dsl, and does not; remove the permission',
  ]);
});
