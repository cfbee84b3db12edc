import { plainText } from '../format/plain-text';
import { Letter } from '../parts/letter';
import { UserText } from '../parts/user-text';

/** A span that the rule required and no span matched. */
export interface Ghost {
  readonly letter: string;
  readonly name: string;
  readonly text: string;
}

/** Dashed over the whole period, because the time of the missing span is unknown. */
export function GhostRow({
  ghost: { letter, name, text },
  index,
  width,
}: {
  readonly ghost: Ghost;
  readonly index: number;
  readonly width: number;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table can't be drawn in parts
    // biome-ignore lint/a11y/useFocusableInteractive: it cannot be selected: it is not a span
    <div className="wf-row ghost" role="row" aria-level={1} aria-rowindex={index + 1}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div className="wf-name" role="gridcell">
        <Letter letter={letter} missing />
        <span className="op-name ellipsis" title={plainText(name)}>
          <UserText>{name}</UserText>
        </span>
        <span className="svc">missing</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div className="wf-bar" role="gridcell">
        <span className="hidden">{text}</span>
        <svg aria-hidden="true">
          <rect className="b" x="0.5" width={Math.max(1, width)} y="12%" height="76%" rx="3" />
          <text className="dur" x="10" y="50%" dy="4">
            {text}
          </text>
        </svg>
      </div>
    </div>
  );
}
