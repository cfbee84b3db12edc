import { Controller, Get, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiExcludeController } from '#openapi';
import { VERSION } from '../version.js';
import { KnownPaths } from './known-paths.js';

/** Links for visitors of the root, if the app serves them. */
const LINKS = {
  console: '/ui',
  documentation: '/docs',
  openapi: '/openapi.json',
  health: '/health',
  readiness: '/ready',
  metrics: '/metrics',
} as const;

/** `GET /`: links to all interfaces. Browsers are redirected to the console, or to the documentation in an app without one. */
@ApiExcludeController()
@Controller()
export class RootController {
  constructor(private readonly knownPaths: KnownPaths) {}

  @Get()
  @RouteConfig({ access: 'public' })
  async root(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (request.headers.accept?.includes('text/html')) {
      const page = [LINKS.console, LINKS.documentation].find((path) => this.knownPaths.has(path));
      if (page !== undefined) return void (await reply.redirect(page, 302));
    }
    const links = Object.fromEntries(Object.entries(LINKS).filter(([, path]) => this.knownPaths.has(path)));
    await reply.send({ name: 'betrace', version: VERSION, links });
  }
}
