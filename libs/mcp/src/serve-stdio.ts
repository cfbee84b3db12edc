import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Ask } from './ask.js';
import { mcpServer } from './mcp-server.js';

/** Serves over standard input and output until the input ends. */
export async function serveStdio(ask: Ask, version: string): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  const server = mcpServer(ask, version);
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}
