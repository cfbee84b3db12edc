import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { withDeadline } from '#waiting';
import { systemClock } from './clock.js';
import { CONFIGURATION, type Configuration } from './configuration/settings/configuration.js';
import { HealthRecorder } from './health/health-recorder.js';
import { LOGGER, type Logger } from './logging/logger.js';

/**
 * The order of stopping: producers stop before their consumers. After `receive` the HTTP server answers its last requests, which still need the log, and
 * closes. The log and the store close last, by hooks of their own.
 */
const SHUTDOWN_STAGES = ['receive', 'evaluate', 'export'] as const;
export type ShutdownStage = (typeof SHUTDOWN_STAGES)[number];

interface Step {
  readonly name: string;
  readonly stop: () => unknown;
}

/** Stops registered parts, stage by stage; in parallel within a stage. `server.shutdown_timeout` limits the whole. */
@Injectable()
export class Shutdown implements BeforeApplicationShutdown {
  private readonly steps = new Map<ShutdownStage, Step[]>();
  private readonly drains: ((grace: number) => void)[] = [];
  private draining = false;
  private deadline = Number.POSITIVE_INFINITY;
  private leaving = false;

  /** Whether answers sent from now on close their connections. */
  get stopping(): boolean {
    return this.draining || this.deadline !== Number.POSITIVE_INFINITY;
  }

  /** Whether the process will not come back (SIGUSR2 before the stop), so that others need not wait for it. */
  get forGood(): boolean {
    return this.leaving;
  }

  /** Makes the next stop final. */
  leaveForGood(): void {
    this.leaving = true;
  }

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly health: HealthRecorder,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  register(stage: ShutdownStage, name: string, stop: () => Promise<void> | void): void {
    this.steps.set(stage, [...(this.steps.get(stage) ?? []), { name, stop }]);
  }

  /** Called at the start of the drain period: asks the clients of open connections to leave. They have `grace` milliseconds for their last calls. */
  onDrain(drain: (grace: number) => void): void {
    this.drains.push(drain);
  }

  /** Reports in readiness that the process will stop, and serves for `server.drain_period` more, so that no request meets a closed port. */
  async drain(): Promise<void> {
    const { drainPeriod, shutdownTimeout } = this.configuration.server;
    if (drainPeriod === 0) return;
    this.draining = true;
    this.health.drain();
    for (const drain of this.drains) drain(drainPeriod + shutdownTimeout);
    await new Promise((resolve) => setTimeout(resolve, drainPeriod));
  }

  /** Runs before Nest's last hooks, in which the log and the store close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.health.stop();
    this.deadline = systemClock.monotonic() + this.configuration.server.shutdownTimeout;
    await this.runStage('receive');
    await this.stopInTime('receive', { name: 'HTTP', stop: () => this.adapterHost.httpAdapter.close() });
    (this.adapterHost.httpAdapter.getHttpServer() as Server).closeAllConnections();
    await this.runStage('evaluate');
    await this.runStage('export');
  }

  private async runStage(stage: ShutdownStage): Promise<void> {
    await Promise.all((this.steps.get(stage) ?? []).map((step) => this.stopInTime(stage, step)));
  }

  private async stopInTime(stage: ShutdownStage, { name, stop }: Step): Promise<void> {
    const left = Math.max(0, this.deadline - systemClock.monotonic());
    try {
      await withDeadline(Promise.resolve().then(stop), left, () => new Error('it took too long'));
    } catch (error) {
      this.logger.error({ err: error, stage, part: name }, 'a component did not stop in order');
    }
  }
}
