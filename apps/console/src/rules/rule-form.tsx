import { ChevronDown } from 'lucide-react';
import { type OnError, type RuleMode, SEVERITIES, type Severity } from '../api/types';
import { ControlRows } from './control-rows';
import type { Draft } from './draft';
import { MODES } from './modes';

interface RuleFormProps {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** What a rule makes of a value that is there and that it cannot compare or compute with. */
const ON_ERRORS: readonly { readonly value: OnError; readonly text: string; readonly means: string }[] = [
  { value: 'no_match', text: 'Is no match', means: '"5000" where the rule compares a number finds nothing, and is counted as an error.' },
  {
    value: 'undecided',
    text: 'Is undecided',
    means: '"5000" where the rule compares a number is told as undecided, which is no violation.',
  },
  { value: 'violation', text: 'Is a violation', means: '"5000" where the rule compares a number violates the rule.' },
];

export function RuleForm({ draft, onChange }: RuleFormProps) {
  return (
    <div className="form">
      <label>
        Name
        <span className="field">
          <input value={draft.name} maxLength={200} required onChange={(event) => onChange({ name: event.target.value })} />
        </span>
      </label>
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
      <label>
        Tags
        <span className="field">
          <input value={draft.tags} placeholder="payments, compliance" onChange={(event) => onChange({ tags: event.target.value })} />
        </span>
      </label>
      <label className="wide">
        Description
        <span className="field">
          <input value={draft.description} onChange={(event) => onChange({ description: event.target.value })} />
        </span>
      </label>
      <label>
        Mode
        <span className="pick">
          <select aria-describedby="mode-means" value={draft.mode} onChange={(event) => onChange({ mode: event.target.value as RuleMode })}>
            {MODES.map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
          <ChevronDown className="i" aria-hidden="true" />
        </span>
      </label>
      <p className="small dim beside" id="mode-means">
        {MODES.find(({ value }) => value === draft.mode)?.means}
      </p>
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
      <label>
        A value of another type
        <span className="pick">
          <select
            aria-describedby="on-error-means"
            value={draft.on_error}
            onChange={(event) => onChange({ on_error: event.target.value as OnError })}
          >
            {ON_ERRORS.map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
          <ChevronDown className="i" aria-hidden="true" />
        </span>
      </label>
      <p className="small dim beside" id="on-error-means">
        {ON_ERRORS.find(({ value }) => value === draft.on_error)?.means}
      </p>
      <ControlRows controls={draft.controls} onChange={(controls) => onChange({ controls })} />
      <label className="tick wide">
        <input type="checkbox" checked={draft.emit_evidence} onChange={(event) => onChange({ emit_evidence: event.target.checked })} />
        Traces that comply are exported as evidence for these controls
      </label>
    </div>
  );
}
