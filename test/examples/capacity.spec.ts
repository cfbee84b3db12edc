import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../harness/repository.js';
import { shell } from '../harness/shell.js';

interface Model {
  readonly disk_bytes: number;
  readonly memory_bytes: number;
  readonly wires: readonly { readonly name: string; readonly cpu_us: number; readonly ingest_us: number }[];
  readonly kafka: { readonly evaluator_us: number; readonly broker_us: number };
  readonly rules: readonly { readonly kind: string; readonly cpu_ns: number; readonly memory_bytes: number }[];
}
interface Needs {
  readonly cpuOfSpan: number;
  readonly spansPerCpuSecond: number;
  readonly cores: number;
  readonly coresOfParts: Readonly<Record<string, number>>;
  readonly partitions: number;
  readonly diskGigabytes: number;
  readonly memoryMegabytes: number;
}
type CapacityOf = (model: Model, load: object) => Needs;

const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8');
const page = read('docs/operations/capacity.md');
const model = JSON.parse(read('docs/operations/capacity.json')) as Model;
const { capacityOf } = (await import(join(REPOSITORY, 'deploy/site/.vitepress/theme/capacity.mjs'))) as { capacityOf: CapacityOf };
const [[command = '', shown = ''] = [], [commandOfKafka = '', shownOfKafka = ''] = []] = [
  ...page.matchAll(/```bash\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g),
].map(([, ...parts]) => parts);

/** The output of the command, computed by the calculator. */
function told({ cpuOfSpan, spansPerCpuSecond, cores, partitions, diskGigabytes, memoryMegabytes }: Needs): string {
  return [
    `CPU time of a span     ${cpuOfSpan.toFixed(2)} µs, ${spansPerCpuSecond.toFixed(0)} spans per CPU second`,
    `cores                  ${cores.toFixed(2)}`,
    `partitions             ${partitions}`,
    `disk of the spans log  ${diskGigabytes.toFixed(0)} GB`,
    `memory of traces       ${memoryMegabytes.toFixed(1)} MB, ${(memoryMegabytes / partitions).toFixed(1)} MB in each partition`,
    '',
  ].join('\n');
}

describe('docs/operations/capacity.md', () => {
  it('has the figures of capacity.json', () => {
    expect(page).toContain(`| disk of a retained span | ${model.disk_bytes} bytes`);
    expect(page).toContain(`| memory of a span whose trace is open or remembered | ${model.memory_bytes} bytes`);
    const rows = (cells: RegExp) => [...page.matchAll(cells)].map(([row]) => row);
    expect(rows(/^\| .+ \| [\d.]+ µs \| .+ \|$/gm)).toEqual(
      [
        ...model.wires.map(({ name, cpu_us }) => [name, cpu_us] as const),
        ...model.wires.map(({ name, ingest_us }) => [`ingest: ${name}`, ingest_us] as const),
        ['evaluator', model.kafka.evaluator_us] as const,
        ['broker, one copy', model.kafka.broker_us] as const,
      ].map(([name, us]) => `| ${name} | ${us} µs | ${Math.round(1000 / us)},000 |`),
    );
    expect(rows(/^\| .+ \| [\d.]+ ns \| .+ \|$/gm)).toEqual(
      model.rules.map(({ kind, cpu_ns, memory_bytes }) => `| ${kind} | ${cpu_ns} ns | ${memory_bytes} bytes |`),
    );
  });

  it('computes what it says', async () => expect(await shell(command)).toBe(shown));

  it.each([
    { rate: 5000, wire: 0, counts: [30, 20, 0, 0, 0], share: 0.5 },
    { rate: 80_000, wire: 3, counts: [0, 0, 12, 0, 40], share: 0.25 },
  ])('computes likewise over Kafka: $rate spans a second', async ({ rate, wire, counts, share }) => {
    const rules = Object.fromEntries(model.rules.map(({ kind }, at) => [kind, counts[at]]));
    const { name, ingest_us } = model.wires[wire]!;
    const { coresOfParts } = capacityOf(model, { rate, wire: name, rules, hours: 24, traceSeconds: 2, share, kafka: true });
    const judged = model.rules.reduce((sum, { cpu_ns }, at) => sum + cpu_ns * (counts[at] ?? 0), 0);
    const inputs = `SPANS_PER_SECOND=${rate} SHARE=${share} RULES_NS=${judged}`;
    const printed = await shell(`${inputs}\n${commandOfKafka.replace(/INGEST_US=\S+/, `INGEST_US=${ingest_us}`)}`);
    const said = Object.entries(coresOfParts).map(([part, cores]) => [part, cores.toFixed(3)]);
    expect([...printed.matchAll(/^cores of (ingest|evaluator|broker)s? +(.+)$/gm)].map(([, part, cores]) => [part, cores])).toEqual(said);
    if (wire === 0) expect(printed).toBe(shownOfKafka);
  });

  it.each([
    { rate: 5000, hours: 24, traceSeconds: 2, share: 0.5, wire: 0, counts: [30, 20, 0, 0, 0] },
    { rate: 120_000, hours: 1, traceSeconds: 30, share: 0.25, wire: 3, counts: [0, 0, 12, 0, 40] },
    { rate: 10, hours: 720, traceSeconds: 0, share: 1, wire: 2, counts: [0, 0, 0, 0, 0] },
  ])(
    'computes by its command what the calculator computes: $rate spans a second',
    async ({ rate, hours, traceSeconds, share, wire, counts }) => {
      const rules = Object.fromEntries(model.rules.map(({ kind }, at) => [kind, counts[at]]));
      const needs = capacityOf(model, { rate, wire: model.wires[wire]?.name, rules, hours, traceSeconds, share });
      const kept = Math.max(0, ...model.rules.filter((_, at) => counts[at] !== 0).map(({ memory_bytes }) => memory_bytes));
      const judged = model.rules.reduce((sum, { cpu_ns }, at) => sum + cpu_ns * (counts[at] ?? 0), 0);
      const inputs = [
        `SPANS_PER_SECOND=${rate} RETENTION_HOURS=${hours} TRACE_SECONDS=${traceSeconds} SHARE=${share}`,
        `WIRE_US=${model.wires[wire]?.cpu_us} RULES_NS=${judged} KEPT_BYTES=${kept}`,
      ];
      const asked = [...inputs, ...command.split('\n').slice(2)].join('\n');
      expect(await shell(asked)).toBe(told(needs));
    },
  );

  it('shows what the calculator says of the same load', () => {
    const rules = { [model.rules[0]!.kind]: 30, [model.rules[1]!.kind]: 20 };
    expect(shown).toBe(told(capacityOf(model, { rate: 5000, wire: model.wires[0]!.name, rules, hours: 24, traceSeconds: 2, share: 0.5 })));
  });
});
