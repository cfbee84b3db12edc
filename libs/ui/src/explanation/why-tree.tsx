import { useMemo, useState } from 'react';
import type { ExplanationNode, Span } from '../api/types';
import { duration } from '../format/duration';
import { Letter } from '../parts/letter';
import { RuleText } from '../parts/rule-text';
import { LongText, UserText } from '../parts/user-text';
import type { Condition } from './conditions';

interface WhyTreeProps {
  readonly tree: ExplanationNode;
  /** The text to which the tree's ranges refer; absent if that version of the rule is deleted. */
  readonly text: string | undefined;
  readonly conditions: readonly Condition[];
  readonly spans: ReadonlyMap<string, Span>;
  /** Absent if no trace is shown beside it. */
  readonly onSpan?: (id: string) => void;
}

const FOLDED_BELOW = 4;
const NAMED = 3;

/** The rule as a tree, each part with its result, its witnesses and the values it read. */
export function WhyTree(props: WhyTreeProps) {
  const letters = useMemo(() => new Map(props.conditions.map((condition) => [condition.node, condition])), [props.conditions]);
  return (
    <div className="why-tree">
      <Node node={props.tree} depth={0} letters={letters} {...props} />
    </div>
  );
}

interface NodeProps extends Omit<WhyTreeProps, 'conditions' | 'tree'> {
  readonly node: ExplanationNode;
  readonly depth: number;
  readonly letters: ReadonlyMap<ExplanationNode, Condition>;
}

function Node(props: NodeProps) {
  const { node, depth, letters, text } = props;
  const condition = letters.get(node);
  const children = node.children ?? [];
  const isJoin = node.kind === 'and' || node.kind === 'or' || node.kind === 'not';
  const leads = isJoin || hasLetters(node, letters);
  const [open, setOpen] = useState(depth < FOLDED_BELOW && leads);
  const own = text?.slice(node.range.start, node.range.end) ?? node.sentence ?? node.kind;
  return (
    <ul>
      <li data-letter={condition !== undefined}>
        {condition === undefined ? null : <Letter letter={condition.letter} missing={condition.missing} />}
        {isJoin ? (
          <span className="op">{node.kind}</span>
        ) : (
          <RuleText text={leads && node.kind !== 'comparison' ? headOf(own, node) : own} />
        )}
        <span className={`val ${node.outcome}`}>{WORDS[node.outcome]}</span>
        <Found {...props} />
      </li>
      {children.length === 0 ? null : open ? (
        children.map((child) => (
          <li key={`${child.range.start}-${child.range.end}-${child.kind}`} className="nested">
            <Node {...props} node={child} depth={depth + 1} />
          </li>
        ))
      ) : (
        <li className="nested">
          <button type="button" className="btn small quiet" onClick={() => setOpen(true)}>
            {children.length === 1 ? 'Show what it asks' : `Show its ${children.length} parts`}
          </button>
        </li>
      )}
      {node.omitted === undefined ? null : <li className="nested faint small">{node.omitted} more parts are left out</li>}
    </ul>
  );
}

/** Whether a part below this one has a letter. */
const hasLetters = (node: ExplanationNode, letters: NodeProps['letters']): boolean =>
  (node.children ?? []).some((child) => letters.has(child) || hasLetters(child, letters));

const WORDS: Readonly<Record<ExplanationNode['outcome'], string>> = {
  true: 'true',
  false: 'false',
  failed: 'failed',
  undecided: 'not known',
  not_evaluated: 'not needed',
};

/** If parts of a part have letters, only its beginning is shown, because they follow below. Otherwise the whole text is shown. */
function headOf(text: string, node: ExplanationNode): string {
  const [first] = node.children ?? [];
  const head = first === undefined ? '' : text.slice(0, Math.max(0, first.range.start - node.range.start)).trimEnd();
  return head === '' ? text : `${head}…)`;
}

function Found({ node, spans, onSpan, letters }: NodeProps) {
  const named = (letters.get(node)?.witnesses ?? []).slice(0, NAMED);
  const more = (letters.get(node)?.witnesses.length ?? 0) - named.length + (node.more_witnesses ?? 0);
  const counted = node.count !== undefined;
  const values = Object.entries(node.values ?? {});
  if (!counted && named.length === 0 && values.length === 0 && node.error === undefined) return null;
  return (
    <div className="found">
      {counted ? (
        <p>
          {node.at_least === true ? 'at least ' : ''}
          <span className="num">{node.of === undefined ? node.count : `${node.count} of ${node.of}`}</span>{' '}
          {node.count === 1 && node.of === undefined ? 'span' : 'spans'}
          {node.count === 0 ? ': nothing in this trace did it' : ''}
        </p>
      ) : null}
      {named.length === 0 ? null : (
        <p>
          {named.map((id, index) => (
            <span key={id}>
              {index === 0 ? '' : ', '}
              {onSpan === undefined ? (
                <b>
                  <UserText>{spans.get(id)?.name ?? id}</UserText>
                </b>
              ) : (
                <button type="button" className="span-link" onClick={() => onSpan(id)}>
                  <UserText>{spans.get(id)?.name ?? id}</UserText>
                </button>
              )}{' '}
              <UserText className="faint">{spans.get(id)?.service ?? ''}</UserText>
            </span>
          ))}
          {more > 0 ? ` and ${more} more` : ''}
        </p>
      )}
      {values.map(([reading, value]) => (
        <p key={reading}>
          <UserText className="mono">{reading}</UserText> is{' '}
          <b className="mono">
            <LongText name={reading}>{shownValue(reading, value)}</LongText>
          </b>
        </p>
      ))}
      {node.error === undefined ? null : (
        <p className="is-bad">
          <LongText name="the error">{node.error}</LongText>
        </p>
      )}
    </div>
  );
}

/** Durations are in nanoseconds; JSON's null is nil. */
function shownValue(reading: string, value: unknown): string {
  if (value === null) return 'nil';
  if (typeof value === 'number' && /\bduration$/.test(reading)) return duration(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
