import { Controller, Get, Inject, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { CLOCK, type Clock } from '../clock.js';
import { VERSION } from '../version.js';
import { DocumentedHealth, DocumentedReadiness } from './documentation.js';
import { HealthRecorder } from './recorder.js';

/** Liveness (the process serves) and readiness (everything it needs does too). */
@Controller()
export class HealthController {
  private readonly started: number;
  constructor(
    private readonly recorder: HealthRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
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
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const readiness = await this.recorder.readiness();
    await reply.status(readiness.status === 'not_ready' ? 503 : 200).send(readiness);
  }
}
