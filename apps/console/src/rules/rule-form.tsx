import { ChevronDown } from 'lucide-react';
import { type RuleMode, SEVERITIES, type Severity } from '../api/types';
import { ControlRows } from './control-rows';
import type { Draft } from './draft';
import { MODES } from './modes';

interface RuleFormProps {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}

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
      <ControlRows controls={draft.controls} onChange={(controls) => onChange({ controls })} />
    </div>
  );
}
