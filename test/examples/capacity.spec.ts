import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../libs/platform/src/configuration/load-configuration.js';
import { REPOSITORY } from '../harness/repository.js';
import { shell } from '../harness/shell.js';

interface Model {
  readonly measured: string;
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
const { capacityOf, LIMITS, REMEMBERED_SECONDS, wrongIn } = (await import(
  join(REPOSITORY, 'deploy/site/.vitepress/theme/capacity.mjs')
)) as {
  readonly capacityOf: CapacityOf;
  readonly LIMITS: Readonly<Record<'rate' | 'hours' | 'traceSeconds' | 'rules', number>>;
  readonly REMEMBERED_SECONDS: number;
  readonly wrongIn: (load: object) => string | undefined;
};
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

/** Likewise of the command for Kafka. */
function toldOverKafka({ coresOfParts, partitions }: Needs): string {
  return [
    `cores of ingest        ${coresOfParts['ingest']?.toFixed(3)}`,
    `cores of evaluators    ${coresOfParts['evaluator']?.toFixed(3)}`,
    `cores of brokers       ${coresOfParts['broker']?.toFixed(3)}`,
    `partitions             ${partitions}`,
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

  it('has the figures and the defaults in its sentences', () => {
    expect(model.measured).toContain(' 429 bytes in protobuf, eight to a trace');
    expect(page).toContain('spans with ten attributes, about 429 bytes each in protobuf, eight to a trace');
    expect(page).toContain(`${model.disk_bytes} bytes: ${(model.disk_bytes / 1000).toFixed(2)} GB for a million spans |`);
    const { traces } = loadConfiguration({ args: ['--storage-type=memory'], environment: {} }).configuration;
    const remembered = (traces.idleTimeout + traces.lateWindow) / 1000;
    expect(REMEMBERED_SECONDS).toBe(remembered);
    expect(page).toContain(`after its last span: ${remembered} s by default.`);
    expect(page).toContain(`seconds=$((TRACE_SECONDS + ${remembered}))`);
    expect(page).toContain(`\`traces.memory_budget\` (${traces.memoryBudget / 2 ** 20} MiB for each partition)`);
    expect(page).toContain(`each span of ${['', 'one', 'two', 'three', 'four', 'five'][traces.retryWindow / 60_000]} minutes`);
    const [, about = 0, quantified = 0] = (/For (?:\d+) rules, (\d+) about one span and (\d+) with `has` or `count`/.exec(page) ?? []).map(
      Number,
    );
    const [spanRules, traceRules] = model.rules;
    const rules = { [spanRules!.kind]: about, [traceRules!.kind]: quantified };
    const load = { rate: 1, wire: model.wires[0]!.name, rules, hours: 1, traceSeconds: 1, share: 1 };
    expect(page).toContain(`For ${about + quantified} rules, `);
    expect(page).toContain(`the model says ${capacityOf(model, load).cpuOfSpan.toFixed(1)} µs, and `);
    const { coresOfParts } = capacityOf(model, { ...load, kafka: true });
    expect(page).toContain(`The model says ${((coresOfParts['evaluator'] ?? 0) * 1e6).toFixed(1)} µs for an evaluator with these`);
  });

  it('computes nothing from an empty field, a percentage as a share, or a typing error', () => {
    const load = { rate: 5000, wire: model.wires[0]!.name, rules: { scripts: 1 }, hours: 24, traceSeconds: 2, share: 0.5 };
    expect(wrongIn(load)).toBeUndefined();
    const fields = ['rate', 'hours', 'traceSeconds', 'share'] as const;
    for (const field of fields)
      for (const value of [Number.NaN, -1, 1e308, Number.POSITIVE_INFINITY]) {
        expect([field, value, wrongIn({ ...load, [field]: value })]).toEqual([field, value, expect.stringContaining('is needed')]);
        expect(wrongIn({ ...load, rules: { scripts: value } })).toMatch(/^Rules \(scripts\): a number from 0 to 1,000,000 is needed/);
      }
    for (const share of [0, 0.04, 50]) expect(wrongIn({ ...load, share })).toMatch(/from 0\.05 to 1/);
    // Accepted inputs have finite needs.
    const most = { ...load, ...LIMITS, rules: Object.fromEntries(model.rules.map(({ kind }) => [kind, LIMITS.rules])), share: 0.05 };
    for (const at of [most, { ...most, rate: 0, hours: 0, traceSeconds: 0, rules: {} }]) {
      expect(wrongIn(at)).toBeUndefined();
      const { coresOfParts, ...needs } = capacityOf(model, { ...at, kafka: true });
      for (const value of [...Object.values(needs), ...Object.values(coresOfParts)]) expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('prints the shown output', async () => expect(await shell(command)).toBe(shown));

  it.each([
    { rate: 5000, wire: 0, counts: [30, 20, 0, 0, 0], share: 0.5 },
    { rate: 80_000, wire: 3, counts: [0, 0, 12, 0, 40], share: 0.25 },
    { rate: 300_000, wire: 4, counts: [100, 0, 0, 0, 0], share: 1 },
  ])('computes likewise over Kafka: $rate spans a second', async ({ rate, wire, counts, share }) => {
    const rules = Object.fromEntries(model.rules.map(({ kind }, at) => [kind, counts[at]]));
    const { name, ingest_us } = model.wires[wire]!;
    const load = { rate, wire: name, rules, hours: 24, traceSeconds: 2, share };
    const needs = capacityOf(model, { ...load, kafka: true });
    const judged = model.rules.reduce((sum, { cpu_ns }, at) => sum + cpu_ns * (counts[at] ?? 0), 0);
    const inputs = `SPANS_PER_SECOND=${rate} SHARE=${share} RULES_NS=${judged}`;
    const printed = await shell(`${inputs}\n${commandOfKafka.replace(/INGEST_US=\S+/, `INGEST_US=${ingest_us}`)}`);
    expect(printed).toBe(toldOverKafka(needs));
    if (wire === 0) expect(printed).toBe(shownOfKafka);
    // The calculator also shows the sum, and what Kafka does not change.
    const sum = Object.values(needs.coresOfParts).reduce((all, cores) => all + cores, 0);
    expect([needs.cores, (needs.cpuOfSpan * rate) / 1e6 / share, 1e6 / needs.spansPerCpuSecond]).toEqual(
      [sum, sum, needs.cpuOfSpan].map((value) => expect.closeTo(value, 9)),
    );
    const { diskGigabytes, memoryMegabytes } = capacityOf(model, load);
    expect(needs).toMatchObject({ diskGigabytes, memoryMegabytes });
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

  it('shows the results of the calculator for the same load', () => {
    const rules = { [model.rules[0]!.kind]: 30, [model.rules[1]!.kind]: 20 };
    expect(shown).toBe(told(capacityOf(model, { rate: 5000, wire: model.wires[0]!.name, rules, hours: 24, traceSeconds: 2, share: 0.5 })));
  });
});
