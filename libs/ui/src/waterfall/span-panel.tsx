import type { Span } from '../api/types';
import type { Condition } from '../explanation/conditions';
import { duration } from '../format/duration';
import { Letter } from '../parts/letter';
import type { TraceRow } from './trace-rows';

interface SpanPanelProps {
  readonly row: TraceRow;
  readonly conditions: readonly Condition[];
}

/** One span: its fields, its attributes (those that a condition read with its letter), its resource and events. */
export function SpanPanel({ row: { span, start, length }, conditions }: SpanPanelProps) {
  const readers = conditions.filter(({ witnesses }) => witnesses.includes(span.span_id));
  const lettersOf = (key: string): readonly string[] =>
    readers.filter(({ node }) => Object.keys(node.values ?? {}).some((reading) => reads(reading, key))).map(({ letter }) => letter);
  return (
    <>
      <dl className="kv">
        <dt>service</dt>
        <dd>{span.service === '' ? <span className="faint">not named</span> : span.service}</dd>
        <dt>duration</dt>
        <dd>
          {duration(length)} <span className="faint">at +{duration(start)}</span>
        </dd>
        <dt>kind, status</dt>
        <dd>
          {span.kind}, {span.status}
          {span.status_message === undefined ? '' : `: ${span.status_message}`}
        </dd>
        <dt>span id</dt>
        <dd>{span.span_id}</dd>
      </dl>
      <Pairs title="Attributes" of={span.attributes} lettersOf={lettersOf} />
      <Pairs title="Resource" of={span.resource} />
      <Events span={span} />
    </>
  );
}

/** `access.attributes["pii.accessed"]` and `attribute.pii.accessed` both read `pii.accessed`. */
const reads = (reading: string, key: string): boolean => reading.includes(`"${key}"`) || reading.endsWith(`attribute.${key}`);

interface PairsProps {
  readonly title: string;
  readonly of: Readonly<Record<string, unknown>>;
  readonly lettersOf?: (key: string) => readonly string[];
}

function Pairs({ title, of, lettersOf = () => [] }: PairsProps) {
  const pairs = Object.entries(of);
  if (pairs.length === 0) return null;
  return (
    <>
      <h3 className="faint small gap">{title}</h3>
      <dl className="kv">
        {pairs.map(([key, value]) => {
          const letters = lettersOf(key);
          return (
            <div key={key} className={letters.length > 0 ? 'hit' : undefined}>
              <dt>{key}</dt>
              <dd>
                {letters.map((letter) => (
                  <Letter key={letter} letter={letter} />
                ))}{' '}
                {typeof value === 'string' ? value : JSON.stringify(value)}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

interface SpanEvent {
  readonly name?: string;
  readonly time?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

function Events({ span }: { readonly span: Span }) {
  const events = span.events as readonly SpanEvent[];
  return events.map((event, index) => (
    <Pairs
      // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity but their place
      key={index}
      title={`Event ${event.name ?? ''} at +${duration(BigInt(event.time ?? span.start_time) - BigInt(span.start_time))}`}
      of={event.attributes ?? {}}
    />
  ));
}
