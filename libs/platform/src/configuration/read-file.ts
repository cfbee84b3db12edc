import { createRequire } from 'node:module';
import type { Node } from 'yaml';
import { didYouMean, type ProblemCollector } from './configuration-error.js';
import { type GivenValue, KEYS } from './settings/keys.js';
import { suggest } from './suggest.js';

/** Loads the YAML parser on demand. */
const load = createRequire(import.meta.url);

/** Reads `betrace.yaml`; each mistake names its line. */
export function readFile(content: string, fileName: string, problems: ProblemCollector): GivenValue[] {
  const { isMap, isScalar, LineCounter, parseDocument } = load('yaml') as typeof import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const at = (offset: number | undefined) => `${fileName}, line ${lines.linePos(offset ?? 0).line}`;
  for (const error of document.errors) problems.add(fileName, at(error.pos[0]), `is not YAML: ${error.message.split('\n')[0]}`);
  if (document.errors.length > 0 || document.contents === null) return [];
  const root: Node = document.contents;
  if (!isMap(root)) {
    problems.add(fileName, at(root.range?.[0]), `expected groups of keys, such as "server:" with "http_port: 12011" below it`);
    return [];
  }
  const groups = new Set(KEYS.map((key) => key.name.split('.')[0] ?? ''));
  const found: GivenValue[] = [];
  for (const groupPair of root.items) {
    const group = isScalar(groupPair.key) ? String(groupPair.key.value) : '';
    const source = at((groupPair.key as Node).range?.[0]);
    if (!groups.has(group)) {
      problems.add(group, source, `unknown group "${group}"${didYouMean(suggest(group, groups))} Known: ${[...groups].join(', ')}`);
      continue;
    }
    if (groupPair.value === null || (isScalar(groupPair.value) && groupPair.value.value === null)) continue;
    if (!isMap(groupPair.value)) {
      problems.add(group, source, `"${group}" holds keys, not a value`);
      continue;
    }
    for (const pair of groupPair.value.items) {
      const name = `${group}.${isScalar(pair.key) ? String(pair.key.value) : ''}`;
      const source = at((pair.key as Node).range?.[0]);
      const key = KEYS.find((candidate) => candidate.name === name);
      if (key === undefined) {
        const names = KEYS.map((candidate) => candidate.name);
        problems.add(name, source, `unknown key "${name}"${didYouMean(suggest(name, names))}`);
        continue;
      }
      const node = pair.value as Node | null;
      const value = node?.toJS(document) as unknown;
      if (value !== null && value !== undefined) found.push({ key, value, source });
    }
  }
  return found;
}
