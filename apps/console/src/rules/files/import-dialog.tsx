import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiProblem } from '#ui/api/problem';
import type { ImportBody, ImportResult } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { plural } from '#ui/format/count';
import { ErrorBanner } from '#ui/parts/error-banner';
import { FailingList } from '#ui/trial/failing-list';
import { answered, answeredWithHeaders, client } from '../../api/client';
import { RULES } from '../../api/rule-queries';
import { Dialog } from '../../shell/dialog';
import { useToast } from '../../shell/toasts';
import { failingTests } from '../failing-dialog';
import { ImportChanges } from './import-changes';
import { ruleReader } from './rule-reader';

/** Characters of a text that the field shows: a browser lays out all of its lines at each change. */
const MAX_EDITED = 200_000;

/** The rules to import, and the ETag of the rules that were compared. */
interface Shown {
  readonly body: ImportBody;
  readonly etag: string;
}

/** Imports rules from a file or a text: first shows the changes, then applies all or none. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const say = useToast();
  const here = useHere();
  const [text, setText] = useState('');
  const [replace, setReplace] = useState(false);
  /** The lines of the errors of the last answer. */
  const lines = useRef<Lines>([]);
  // The rules may have changed since they were read: the next try starts with the current ones.
  const readAgain = (): void => void queries.invalidateQueries({ queryKey: RULES });
  // The changes were shown for the former rules: if these have changed, nothing is imported.
  const send = async ({ body, etag }: Shown, run_tests?: true): Promise<ImportResult> => {
    lines.current = [];
    const params = { header: { 'If-Match': etag }, query: run_tests === undefined ? {} : { run_tests } };
    try {
      return await answered(client.POST('/v1/rules/import', { body, params }));
    } catch (error) {
      const places = errorsOf(error).map(({ path = '', line }) => ({ path, line }));
      lines.current = await ruleReader.linesOf(places).catch(() => []);
      throw error;
    }
  };
  const check = useMutation({
    onError: readAgain,
    mutationFn: async () => {
      lines.current = [];
      const body: ImportBody = { rules: await ruleReader.read(text), mode: replace ? 'replace' : 'merge' };
      const { headers } = await answeredWithHeaders(client.GET('/v1/rules'));
      const etag = headers.get('etag');
      if (etag === null) throw new Error('The answer of GET /v1/rules has no ETag: a proxy may have taken it away.');
      return { body, etag, result: await send({ body: { ...body, dry_run: true }, etag }) };
    },
  });
  const apply = useMutation({
    mutationFn: ({ anyway, ...shown }: Shown & { readonly anyway: boolean }) => send(shown, anyway ? undefined : true),
    onError: (error) => {
      if (!here()) say(`Nothing was imported: ${error.message}`);
      // The shown changes still hold: the import may proceed anyway.
      if (failingTests(error) === undefined) readAgain();
    },
    onSuccess: ({ created, updated, deleted }) => {
      readAgain();
      say(`Imported: ${created} created, ${updated} updated, ${deleted} deleted; in force from the next span on`);
      if (here()) onClose();
    },
  });
  const change = (to: () => void): void => {
    // The shown result belongs to another text.
    check.reset();
    apply.reset();
    to();
  };
  const found = check.data;
  const changes = found === undefined ? 0 : found.result.created + found.result.updated + found.result.deleted;
  const failing = failingTests(apply.error);
  const error = failing === undefined ? (apply.error ?? check.error) : null;
  return (
    <Dialog open label="Import rules" className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>Import rules</h2>
        {text.length > MAX_EDITED ? (
          <p className="head">
            {plural(text.length, 'character')}, too many to edit here.
            <button type="button" className="btn small" onClick={() => change(() => setText(''))}>
              Remove
            </button>
          </p>
        ) : (
          <label className="stack tight">
            <span className="dim small">A rule file in YAML or JSON, as Export writes it, or as GET /v1/rules answers</span>
            <textarea
              className="code-box mono"
              rows={8}
              value={text}
              spellCheck={false}
              placeholder={'rules:\n  - id: slow-requests\n    severity: HIGH\n    expression: span.duration > 1s'}
              onChange={(event) => change(() => setText(event.target.value))}
            />
          </label>
        )}
        <div className="head">
          <label className="btn">
            Choose a file
            <input
              className="hidden"
              type="file"
              accept=".yaml,.yml,.json,application/yaml,application/json"
              onChange={(event) => {
                const [file] = event.target.files ?? [];
                void file?.text().then((content) => change(() => setText(content)));
              }}
            />
          </label>
          <label className="tick">
            <input type="checkbox" checked={replace} onChange={(event) => change(() => setReplace(event.target.checked))} />
            Delete the rules that are not among them
          </label>
        </div>
        {error === null ? null : <Refused error={error} lines={lines.current} />}
        {found === undefined ? null : <ImportChanges result={found.result} />}
        {failing === undefined ? null : (
          <div className="stack tight" role="alert">
            <p>
              <b>{plural(failing.length, 'test case fails', 'test cases fail')}.</b> Nothing was imported.
            </p>
            <FailingList tests={failing} />
          </div>
        )}
        <div className="head">
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          {found === undefined ? (
            <button type="button" className="btn primary" disabled={text.trim() === '' || check.isPending} onClick={() => check.mutate()}>
              Show what would change
            </button>
          ) : (
            <button
              type="button"
              className={found.result.deleted > 0 || failing !== undefined ? 'btn danger' : 'btn primary'}
              disabled={changes === 0 || apply.isPending}
              onClick={() => apply.mutate({ ...found, anyway: failing !== undefined })}
            >
              {changes === 0 ? 'Nothing to import' : failing === undefined ? `Import ${plural(changes, 'change')}` : 'Import anyway'}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

const SHOWN = 20;

/** In the order of the errors; undefined where one has no place in the text. */
type Lines = readonly (number | undefined)[];

interface RefusedProps {
  readonly error: Error;
  readonly lines: Lines;
}

const errorsOf = (error: unknown) => (error instanceof ApiProblem ? (error.details?.errors ?? []) : []);

/** Nothing was imported: all errors, each with its place. */
function Refused({ error, lines }: RefusedProps) {
  const errors = errorsOf(error);
  return (
    <>
      <ErrorBanner what="Nothing was imported." error={error} />
      {errors.length === 0 ? null : (
        <ul className="limits small" aria-label="What is wrong">
          {errors.slice(0, SHOWN).map(({ path = '', line, column, message }, index) => (
            <li key={`${path} ${line} ${column} ${message}`}>
              {whereOf(lines[index])}
              <span className="mono">{path}</span>
              {line === undefined ? '' : ` line ${line}, column ${column}`}: {message}
            </li>
          ))}
          {errors.length > SHOWN ? <li>and {errors.length - SHOWN} more</li> : null}
        </ul>
      )}
    </>
  );
}

const whereOf = (line: number | undefined): string => (line === undefined ? '' : `Line ${line} of the text, `);
