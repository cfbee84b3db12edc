import { CircleHelp, History, Puzzle } from 'lucide-react';
import type { Violation } from '../api/types';
import { Tag } from './tag';

/** The status of a violation: retracted, undecided, or judged on a part of its trace. An open one has no tag. */
export function StatusTag({ violation: { status, fragment } }: { readonly violation: Pick<Violation, 'status' | 'fragment'> }) {
  return (
    <>
      {status === 'retracted' ? <Tag icon={History}>Retracted</Tag> : null}
      {status === 'undecided' ? (
        <Tag icon={CircleHelp} tone="warn">
          Undecided
        </Tag>
      ) : null}
      {fragment === true ? (
        <Tag icon={Puzzle} tone="warn">
          Fragment
        </Tag>
      ) : null}
    </>
  );
}
