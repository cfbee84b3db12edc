import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authentication } from '../authentication/authentication.js';
import { readerOf } from '../authentication/authentication-hook.js';
import { CLOCK, type Clock } from '../clock.js';
import { VERSION } from '../version.js';
import { DocumentedHealth, DocumentedReadiness } from './documentation.js';
import { HealthRecorder, withoutReasons } from './health-recorder.js';

/** Liveness (the process serves) and readiness (so do its dependencies). */
@Controller()
export class HealthController {
  private readonly started: number;
  constructor(
    private readonly recorder: HealthRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly authentication: Authentication,
  ) {
    this.started = clock.monotonic();
  }

  @Get('health')
  @DocumentedHealth()
  @RouteConfig({ access: 'public' })
  health(): { status: string; version: string; uptime_seconds: number } {
    const uptime = Math.floor((this.clock.monotonic() - this.started) / 1_000);
    return { status: 'healthy', version: VERSION, uptime_seconds: uptime };
  }

  @Get('ready')
  @DocumentedReadiness()
  @RouteConfig({ access: 'public' })
  async ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [readiness, isKnown] = await Promise.all([this.recorder.readiness(), this.isKnown(request)]);
    await reply.status(readiness.status === 'not_ready' ? 503 : 200).send(isKnown ? readiness : withoutReasons(readiness));
  }

  /** Whether reasons may be shown. They name hosts, topics and files, so callers need a key if the server has any. */
  private async isKnown(request: FastifyRequest): Promise<boolean> {
    if (!this.authentication.required) return true;
    return this.authentication.caller(readerOf(request), request.ip).then(
      () => true,
      () => false,
    );
  }
}
