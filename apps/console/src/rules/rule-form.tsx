import { ChevronDown } from 'lucide-react';
import { SEVERITIES, type Severity } from '../api/types';
import type { Draft } from './draft';

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
      <label className="check wide">
        <input type="checkbox" checked={draft.enabled} onChange={(event) => onChange({ enabled: event.target.checked })} />
        Enabled: it judges every span from its saving on
      </label>
    </div>
  );
}
