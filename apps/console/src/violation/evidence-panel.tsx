import { Download } from 'lucide-react';
import type { Revisions, Violation } from '#ui/api/types';
import { saveFile } from '#ui/browser/save-file';
import { fileNameOf } from '#ui/format/plain-text';
import { exactTime } from '#ui/format/time';
import { Tag } from '#ui/parts/tag';
import { UserText } from '#ui/parts/user-text';
import { offsetsOf } from './facts';

/** The signed record, its place in the log, and how to verify it. */
export function EvidencePanel({ violation }: { readonly violation: Violation }) {
  const { log } = violation;
  return (
    <section className="panel" aria-labelledby="evidence-h">
      <header>
        <h2 id="evidence-h">Evidence</h2>
        <div className="end">
          <button
            type="button"
            className="btn small"
            onClick={() => saveFile(JSON.stringify(violation, null, 2), `${fileNameOf(violation.id)}.json`)}
          >
            <Download className="i" aria-hidden="true" />
            Download record
          </button>
        </div>
      </header>
      <div className="body">
        <dl className="kv">
          <dt>id</dt>
          <dd>{violation.id}</dd>
          <dt>rule</dt>
          <dd>
            <UserText>{violation.rule_id}</UserText>, version {violation.rule_version}
          </dd>
          <dt>revision</dt>
          <dd>{violation.revision}</dd>
          <dt>signature</dt>
          <dd>{violation.signature}</dd>
          <dt>key</dt>
          <dd>{violation.key_id}</dd>
          <dt>log</dt>
          <dd>{`partition ${log.partition}, ${offsetsOf(log)}`}</dd>
        </dl>
      </div>
    </section>
  );
}

interface RevisionsPanelProps {
  readonly revisions: Revisions;
  readonly shown: number;
  readonly onShow: (revision: number | null) => void;
}

/** Every revision, each as it was signed; a late span can retract or change a violation. */
export function RevisionsPanel({ revisions: { revisions, standing }, shown, onShow }: RevisionsPanelProps) {
  return (
    <section className="panel" aria-labelledby="revisions-h">
      <header>
        <h2 id="revisions-h">Revisions</h2>
      </header>
      <ol className="body samples">
        {revisions.map((revision) => {
          const stands = revision.revision === standing.revision;
          return (
            <li key={`${revision.revision}-${revision.signature}`}>
              <Tag tone={stands ? 'info' : 'plain'}>Revision {revision.revision}</Tag>
              <span>{revision.status}</span>
              <span className="dim small">{exactTime(revision.timestamp_ms)}</span>
              <button
                type="button"
                className="btn small"
                aria-pressed={revision.revision === shown}
                onClick={() => onShow(stands ? null : revision.revision)}
              >
                {stands ? 'Show the current one' : 'Show'}
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
