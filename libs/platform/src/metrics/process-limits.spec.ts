import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { exposeProcessLimits, memoryLimitBytes } from './process-limits.js';

describe('the limit of the process', () => {
  it('equals the limit of the container, or of the machine', () => {
    expect(memoryLimitBytes(0, 8e9)).toBe(8e9);
    expect(memoryLimitBytes(1.8446744073709552e19, 8e9)).toBe(8e9);
    expect(memoryLimitBytes(1e9, 8e9)).toBe(1e9);
  });

  it('is an integer of cores, and more memory than this process uses', async () => {
    const registry = new Registry();
    exposeProcessLimits(registry);
    const text = await registry.metrics();
    const of = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
    expect(of('betrace_process_cpu_limit_cores')).toBeGreaterThanOrEqual(1);
    expect(Number.isInteger(of('betrace_process_cpu_limit_cores'))).toBe(true);
    expect(of('betrace_process_memory_limit_bytes')).toBeGreaterThan(process.memoryUsage().rss);
  });
});
