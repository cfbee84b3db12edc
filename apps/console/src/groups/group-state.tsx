import { BellOff, Check, History, Sparkles } from 'lucide-react';
import type { ViolationGroup } from '#ui/api/types';
import { plainText } from '#ui/format/plain-text';
import { Tag } from '#ui/parts/tag';

/** The state of a group in one word, with its meaning in the title. */
export function GroupState({ group: { state, acknowledged, muted } }: { readonly group: ViolationGroup }) {
  return (
    <>
      {state === 'new' ? (
        <span title="First seen in the last 24 hours">
          <Tag tone="info" icon={Sparkles}>
            New
          </Tag>
        </span>
      ) : null}
      {state === 'regressed' ? (
        <span title="It came back in the last 24 hours, after 24 hours of quiet or more">
          <Tag tone="warn" icon={History}>
            Regressed
          </Tag>
        </span>
      ) : null}
      {state === 'ongoing' && acknowledged === undefined ? <Tag>Ongoing</Tag> : null}
      {acknowledged === undefined ? null : (
        <span title={`By ${plainText(acknowledged.by)}, ${acknowledged.at}`}>
          <Tag tone="ok" icon={Check}>
            Acknowledged
          </Tag>
        </span>
      )}
      {muted ? <Tag icon={BellOff}>Muted</Tag> : null}
    </>
  );
}
