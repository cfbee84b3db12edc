import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Ask } from './ask.js';
import { mcpServer } from './mcp-server.js';

/**
 * Answers one request of the transport `streamable HTTP`. There are no sessions: each request has its credentials, and each answer is JSON, so that any replica
 * can answer.
 * @param body the request's JSON
 */
export async function answerHttp(ask: Ask, version: string, request: Request, body: unknown): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  const server = mcpServer(ask, version);
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody: body });
  } finally {
    await server.close();
  }
}
