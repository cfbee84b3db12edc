import type { Server } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Log, traceAppends } from '#messaging';
import { Shutdown, Tracing } from '#platform';

/** Tells the log when senders can send: a silence before or after is not a silence of their traces. */
@Injectable()
export class Receiving implements OnModuleInit {
  constructor(
    private readonly log: Log,
    private readonly adapterHost: HttpAdapterHost,
    private readonly shutdown: Shutdown,
    private readonly tracing: Tracing,
  ) {}

  onModuleInit(): void {
    if (this.tracing.on) traceAppends(this.log, this.tracing);
    (this.adapterHost.httpAdapter.getHttpServer() as Server).once('listening', () => this.log.receiving(true));
    this.shutdown.register('receive', "the log's clock", () => this.log.receiving(false));
  }
}
