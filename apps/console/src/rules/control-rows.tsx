import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import type { RuleControl } from '#ui/api/types';
import { useFrameworks } from '../compliance/compliance-queries';

/** The maximum of the API. */
const MAX_CONTROLS = 50;

interface ControlRowsProps {
  readonly controls: readonly RuleControl[];
  readonly onChange: (controls: readonly RuleControl[]) => void;
}

/** The compliance controls of the rule, one per row. */
export function ControlRows({ controls, onChange }: ControlRowsProps) {
  const list = useId();
  const known = useFrameworks();
  const put = (at: number, part: Partial<RuleControl>): void =>
    onChange(controls.map((control, index) => (index === at ? { ...control, ...part } : control)));
  return (
    <fieldset className="control-rows wide">
      <legend>Controls</legend>
      {controls.map(({ framework, control }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place
        <div className="control-row" key={at}>
          <span className="field">
            <input
              aria-label={`Framework of control ${at + 1}`}
              list={list}
              value={framework}
              maxLength={50}
              placeholder="SOC 2"
              onChange={(event) => put(at, { framework: event.target.value })}
            />
          </span>
          <span className="field">
            <input
              aria-label={`Control ${at + 1}`}
              value={control}
              maxLength={100}
              placeholder="CC6.1"
              onChange={(event) => put(at, { control: event.target.value })}
            />
          </span>
          <button
            type="button"
            className="btn small icon quiet"
            aria-label={`Remove control ${at + 1}`}
            title="Remove"
            onClick={() => onChange(controls.filter((_, index) => index !== at))}
          >
            <X className="i" aria-hidden="true" />
          </button>
        </div>
      ))}
      <div>
        <button
          type="button"
          className="btn small"
          disabled={controls.length >= MAX_CONTROLS}
          onClick={() => onChange([...controls, { framework: controls.at(-1)?.framework ?? '', control: '' }])}
        >
          <Plus className="i" aria-hidden="true" />
          Add a control
        </button>
      </div>
      <datalist id={list}>
        {(known.data?.frameworks ?? []).map(({ framework }) => (
          <option key={framework} value={framework} />
        ))}
      </datalist>
    </fieldset>
  );
}
