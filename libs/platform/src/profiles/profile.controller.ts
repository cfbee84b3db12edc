import { Controller, Get, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '#openapi';
import { clientGone } from '../http/client-gone.js';
import { Problem } from '../problem-details/problem.js';
import { Shutdown } from '../shutdown.js';
import { ProfileQuery } from './profile-query.js';
import { CPU_PROFILE, HEAP_PROFILE, type ProfileKind, recordProfile } from './profiler.js';

const PROFILE_SECONDS = 30;
const HEAP_SECONDS = 10;
const FORMAT = { schema: { type: 'string', format: 'binary' }, description: 'A gzipped profile in the pprof format.' } as const;

/** Profiles of this process for `go tool pprof`, over all its threads. */
@ApiTags('operation')
@ApiProduces('application/octet-stream')
@Controller('debug/pprof')
export class ProfileController {
  private readonly stopping = new AbortController();
  private underWay = false;

  constructor(shutdown: Shutdown) {
    shutdown.register('receive', 'profiles', () => this.stopping.abort());
  }

  @Get('profile')
  @ApiOperation({
    summary: 'Where this process spends its CPU time',
    description:
      'Records for `seconds`, then answers. Each sample has the label `thread`. One profile at a time; other requests are refused (429).',
  })
  @ApiOkResponse(FORMAT)
  @RouteConfig({ scope: 'admin' })
  async profile(@Query() { seconds = PROFILE_SECONDS }: ProfileQuery, @Res() reply: FastifyReply): Promise<void> {
    await this.answer('profile', CPU_PROFILE, seconds, reply);
  }

  @Get('heap')
  @ApiOperation({
    summary: 'Memory that this process allocates, by function',
    description:
      'Memory of the JavaScript heap that is allocated within `seconds` and still in use at their end, by the function that allocated it. Buffers are not in it. One profile at a time; other requests are refused (429).',
  })
  @ApiOkResponse(FORMAT)
  @RouteConfig({ scope: 'admin' })
  async heap(@Query() { seconds = HEAP_SECONDS }: ProfileQuery, @Res() reply: FastifyReply): Promise<void> {
    await this.answer('heap', HEAP_PROFILE, seconds, reply);
  }

  private async answer(name: string, kind: ProfileKind, seconds: number, reply: FastifyReply): Promise<void> {
    if (this.underWay) throw new Problem('BT_HTTP_PROFILE_UNDER_WAY', 'this process is recording a profile already', { retryAfter: 5 });
    this.underWay = true;
    try {
      const ended = AbortSignal.any([this.stopping.signal, clientGone(reply)]);
      const profile = await recordProfile(kind, seconds * 1_000, ended);
      if (this.stopping.signal.aborted) throw new Problem('BT_HTTP_UNAVAILABLE', 'this process is stopping', { retryAfter: 5 });
      await reply.type('application/octet-stream').header('content-disposition', `attachment; filename="${name}.pb.gz"`).send(profile);
    } finally {
      this.underWay = false;
    }
  }
}
