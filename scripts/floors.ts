/**
 * The floors of a lib or an app, the ground first: a folder, or a file beside the folders, imports what stands before it in the list,
 * types too, and nothing behind it. What is not listed is refused. Tests import what they test.
 */
export const FLOORS: Readonly<Record<string, readonly string[]>> = {
  'libs/engine': [
    'problems',
    'settings',
    'record',
    'rejection',
    'verdict',
    'assembly',
    'accounting',
    'rules',
    'judge',
    'judge/span',
    'judge/online',
    'judge/buffered',
    'judge/judge',
    'judge/conclusions',
    'partition',
    'index',
  ],
  'libs/otlp': ['wire', 'answer', 'span', 'scan', 'columns', 'json', 'index'],
  'apps/evaluator': ['metrics', 'settings', 'publish', 'rules', 'partition', 'threads', 'evaluator.module', 'main'],
};
