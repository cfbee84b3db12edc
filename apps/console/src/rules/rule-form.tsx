import { ChevronDown } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { SEVERITIES, type Severity } from '#ui/api/types';
import { ControlRows } from './control-rows';
import type { Draft } from './draft';
import { MODES } from './modes';
import { ON_ERRORS } from './on-errors';

interface RuleFormProps {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}

export function RuleForm({ draft, onChange }: RuleFormProps) {
  // In the order of the form. The text and the test cases have panels of their own.
  const fields = {
    name: (
      <label>
        Name
        <span className="field">
          <input value={draft.name} maxLength={200} required onChange={(event) => onChange({ name: event.target.value })} />
        </span>
      </label>
    ),
    severity: (
      <label>
        Severity
        <span className="pick">
          <select value={draft.severity} onChange={(event) => onChange({ severity: event.target.value as Severity })}>
            {SEVERITIES.map((severity) => (
              <option key={severity}>{severity}</option>
            ))}
          </select>
          <ChevronDown className="i" aria-hidden="true" />
        </span>
      </label>
    ),
    tags: (
      <label>
        Tags
        <span className="field">
          <input value={draft.tags} placeholder="payments, compliance" onChange={(event) => onChange({ tags: event.target.value })} />
        </span>
      </label>
    ),
    description: (
      <label className="wide">
        Description
        <span className="field">
          <input value={draft.description} onChange={(event) => onChange({ description: event.target.value })} />
        </span>
      </label>
    ),
    mode: <Choice id="mode" label="Mode" value={draft.mode} options={MODES} onChange={(mode) => onChange({ mode })} />,
    message: (
      <label className="wide">
        Message of its violations
        <span className="field">
          <input
            value={draft.message}
            maxLength={1000}
            placeholder="made of the name and the explanation"
            onChange={(event) => onChange({ message: event.target.value })}
          />
        </span>
      </label>
    ),
    on_error: (
      <Choice
        id="on-error"
        label="A value of another type"
        value={draft.on_error}
        options={ON_ERRORS}
        onChange={(on_error) => onChange({ on_error })}
      />
    ),
    controls: <ControlRows controls={draft.controls} onChange={(controls) => onChange({ controls })} />,
    emit_evidence: (
      <label className="tick wide">
        <input type="checkbox" checked={draft.emit_evidence} onChange={(event) => onChange({ emit_evidence: event.target.checked })} />
        Traces that comply are exported as evidence for these controls
      </label>
    ),
  } satisfies Record<Exclude<keyof Draft, 'expression' | 'tests'>, ReactNode>;
  return (
    <div className="form">
      {Object.entries(fields).map(([member, field]) => (
        <Fragment key={member}>{field}</Fragment>
      ))}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string; readonly means: string }[];
  readonly onChange: (value: T) => void;
}

/** A choice of few, with the meaning of the chosen one. */
function Choice<T extends string>({ id, label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <>
      <label>
        {label}
        <span className="pick">
          <select aria-describedby={`${id}-means`} value={value} onChange={(event) => onChange(event.target.value as T)}>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.text}
              </option>
            ))}
          </select>
          <ChevronDown className="i" aria-hidden="true" />
        </span>
      </label>
      <p className="small dim beside" id={`${id}-means`}>
        {options.find((option) => option.value === value)?.means}
      </p>
    </>
  );
}
