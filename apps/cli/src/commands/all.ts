import type { Command } from '../command.js';

/** Each command is loaded when it is asked for, so that the others cost no time. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./check.js')).checkCommand,
  test: async () => (await import('./test.js')).testCommand,
  backtest: async () => (await import('./backtest.js')).backtestCommand,
  fmt: async () => (await import('./fmt.js')).fmtCommand,
  'rules convert': async () => (await import('./rules-convert.js')).rulesConvertCommand,
  'rules export': async () => (await import('./rules-export.js')).rulesExportCommand,
  'rules import': async () => (await import('./rules-import.js')).rulesImportCommand,
  'rules diff': async () => (await import('./rules-diff.js')).rulesDiffCommand,
  'rules history': async () => (await import('./rules-history.js')).rulesHistoryCommand,
  'violations list': async () => (await import('./violations-list.js')).violationsListCommand,
  'violations tail': async () => (await import('./violations-tail.js')).violationsTailCommand,
  'violations export': async () => (await import('./violations-export.js')).violationsExportCommand,
  report: async () => (await import('./report.js')).reportCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  mcp: async () => (await import('./mcp.js')).mcpCommand,
  wait: async () => (await import('./wait.js')).waitCommand,
  probe: async () => (await import('./probe.js')).probeCommand,
  'keys new': async () => (await import('./keys-new.js')).keysNewCommand,
  verify: async () => (await import('./verify.js')).verifyCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  backup: async () => (await import('./backup.js')).backupCommand,
  restore: async () => (await import('./restore.js')).restoreCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
  serve: async () => (await import('./serve.js')).serveCommand,
};
