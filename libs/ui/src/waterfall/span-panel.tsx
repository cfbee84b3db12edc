import { useState } from 'react';
import type { Span } from '../api/types';
import type { Condition } from '../explanation/conditions';
import { exactCount } from '../format/count';
import { duration } from '../format/duration';
import { LongText, UserText } from '../parts/user-text';
import { AttributeList } from './attribute-list';
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
        <dd>{span.service === '' ? <span className="faint">not named</span> : <UserText>{span.service}</UserText>}</dd>
        <dt>duration</dt>
        <dd>
          {duration(length)} <span className="faint">at +{duration(start)}</span>
        </dd>
        <dt>kind, status</dt>
        <dd>
          {span.kind}, {span.status}
          {span.status_message === undefined ? null : (
            <>
              : <LongText name="the status">{span.status_message}</LongText>
            </>
          )}
        </dd>
        <dt>span id</dt>
        <dd>
          <UserText>{span.span_id}</UserText>
        </dd>
      </dl>
      <AttributeList key={`attributes of ${span.span_id}`} title="Attributes" of={span.attributes} lettersOf={lettersOf} />
      <AttributeList key={`resource of ${span.span_id}`} title="Resource" of={span.resource} />
      <Events key={`events of ${span.span_id}`} span={span} />
    </>
  );
}

/** `access.attributes["pii.accessed"]` and `attribute.pii.accessed` both read `pii.accessed`. */
const reads = (reading: string, key: string): boolean => reading.includes(`"${key}"`) || reading.endsWith(`attribute.${key}`);

interface SpanEvent {
  readonly name?: string;
  readonly time?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Events that are drawn at first, and with each click. */
const EVENTS = 20;

function Events({ span }: { readonly span: Span }) {
  const [length, setLength] = useState(EVENTS);
  const events = span.events as readonly SpanEvent[];
  return (
    <>
      {events.slice(0, length).map((event, index) => (
        <AttributeList
          // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity but their place
          key={index}
          title={`Event ${event.name ?? ''} at +${duration(BigInt(event.time ?? span.start_time) - BigInt(span.start_time))}`}
          of={event.attributes ?? {}}
        />
      ))}
      {events.length > length ? (
        <p className="gap">
          <button type="button" className="btn small" onClick={() => setLength(length + EVENTS)}>
            {events.length - length > EVENTS ? `Show ${EVENTS} more of` : 'Show all'} {exactCount(events.length)} events
          </button>
        </p>
      ) : null}
    </>
  );
}
