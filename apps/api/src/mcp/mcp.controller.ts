import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ask } from '#mcp';
import { ApiExcludeController } from '#openapi';
import { CONFIGURATION, type Configuration, VERSION } from '#platform';

/** Maximum bytes of a request, which may hold spans to try a rule on. */
const REQUEST_LIMIT = 8 * 1024 * 1024;

/**
 * The Model Context Protocol over streamable HTTP. Each tool calls the REST API with the credentials of this request. So it has the rights and the limits of
 * its caller, and appears in the audit log. The OpenAPI document leaves it out, because MCP has a protocol of its own.
 */
@ApiExcludeController()
@Controller('mcp')
export class McpController {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  @Post()
  @HttpCode(200)
  @RouteConfig({ scope: 'read', bodyLimit: REQUEST_LIMIT })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // Loaded on demand: it has many packages, which most processes never need.
    const { answerHttp } = await import('#mcp');
    const headers = Object.entries(request.headers).filter((header): header is [string, string] => typeof header[1] === 'string');
    // The protocol reads only its headers.
    const forwarded = new Request('http://localhost/mcp', { method: 'POST', headers });
    const answer = await answerHttp(this.asking(request), VERSION, forwarded, request.body);
    for (const [name, value] of answer.headers) reply.header(name, value);
    await reply.status(answer.status).send(await answer.text());
  }

  private asking(request: FastifyRequest): Ask {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    const credentials: Record<string, string> = {};
    for (const name of ['authorization', this.configuration.authentication.apiKeyHeader.toLowerCase()]) {
      const value = request.headers[name];
      if (typeof value === 'string') credentials[name] = value;
    }
    return async (method, url, body) => {
      const answer = await fastify.inject({
        method,
        url,
        headers: { ...credentials, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        remoteAddress: request.ip,
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: answer.payload === '' ? undefined : (JSON.parse(answer.payload) as unknown) };
    };
  }
}
