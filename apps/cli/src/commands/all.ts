import type { Command } from '../command.js';

/** Each command is loaded when it is asked for, so that the others cost no time. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./check.js')).checkCommand,
  test: async () => (await import('./test.js')).testCommand,
  fmt: async () => (await import('./fmt.js')).fmtCommand,
  'rules convert': async () => (await import('./rules-convert.js')).rulesConvertCommand,
  'rules export': async () => (await import('./rules-export.js')).rulesExportCommand,
  'rules import': async () => (await import('./rules-import.js')).rulesImportCommand,
  verify: async () => (await import('./verify.js')).verifyCommand,
  serve: async () => (await import('./serve.js')).serveCommand,
};
