import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { systemClock } from './clock.js';
import { CONFIGURATION, type Configuration } from './configuration/configuration.js';
import { withDeadline } from './deadline.js';
import { HealthRecorder } from './health/recorder.js';
import { LOGGER, type Logger } from './logging/logger.js';

/**
 * The order of stopping: what feeds others stops before them. `receive` ends before the HTTP server closes, the others after
 * its last request was answered (requests in flight still need the log).
 */
export const SHUTDOWN_STAGES = ['receive', 'evaluate', 'export', 'log', 'store'] as const;
export type ShutdownStage = (typeof SHUTDOWN_STAGES)[number];

interface Step {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

/** Stops what registered itself, stage by stage; within a stage all at once. All together they have `server.shutdown_timeout`. */
@Injectable()
export class Shutdown implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly steps = new Map<ShutdownStage, Step[]>();
  private deadline = Number.POSITIVE_INFINITY;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly health: HealthRecorder,
  ) {}

  register(stage: ShutdownStage, name: string, stop: Step['stop']): void {
    this.steps.set(stage, [...(this.steps.get(stage) ?? []), { name, stop }]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.health.stop();
    this.deadline = systemClock.monotonic() + this.configuration.server.shutdownTimeout;
    await this.runStage('receive');
  }

  async onApplicationShutdown(): Promise<void> {
    for (const stage of SHUTDOWN_STAGES.slice(1)) await this.runStage(stage);
  }

  private async runStage(stage: ShutdownStage): Promise<void> {
    const steps = this.steps.get(stage) ?? [];
    await Promise.all(
      steps.map(async ({ name, stop }) => {
        const left = Math.max(0, this.deadline - systemClock.monotonic());
        try {
          await withDeadline(Promise.resolve().then(stop), left, () => new Error('it took too long'));
        } catch (error) {
          this.logger.error({ err: error, stage, part: name }, 'a part did not stop in order');
        }
      }),
    );
  }
}
