import type { Command } from '../command.js';

/** Each command is loaded on demand, so that the others cost no time. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./rules/check.js')).checkCommand,
  test: async () => (await import('./rules/test.js')).testCommand,
  backtest: async () => (await import('./rules/backtest.js')).backtestCommand,
  fmt: async () => (await import('./rules/fmt.js')).fmtCommand,
  'rules convert': async () => (await import('./rules/rules-convert.js')).rulesConvertCommand,
  'rules export': async () => (await import('./rules/rules-export.js')).rulesExportCommand,
  'rules import': async () => (await import('./rules/rules-import.js')).rulesImportCommand,
  'rules diff': async () => (await import('./rules/rules-diff.js')).rulesDiffCommand,
  'rules history': async () => (await import('./rules/rules-history.js')).rulesHistoryCommand,
  'violations list': async () => (await import('./violations/violations-list.js')).violationsListCommand,
  'violations tail': async () => (await import('./violations/violations-tail.js')).violationsTailCommand,
  'violations export': async () => (await import('./violations/violations-export.js')).violationsExportCommand,
  report: async () => (await import('./violations/report.js')).reportCommand,
  explain: async () => (await import('./rules/explain.js')).explainCommand,
  mcp: async () => (await import('./server/mcp.js')).mcpCommand,
  wait: async () => (await import('./server/wait.js')).waitCommand,
  probe: async () => (await import('./server/probe.js')).probeCommand,
  'keys new': async () => (await import('./server/keys-new.js')).keysNewCommand,
  verify: async () => (await import('./violations/verify.js')).verifyCommand,
  doctor: async () => (await import('./server/doctor.js')).doctorCommand,
  backup: async () => (await import('./server/backup.js')).backupCommand,
  restore: async () => (await import('./server/restore.js')).restoreCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
  serve: async () => (await import('./server/serve.js')).serveCommand,
};
