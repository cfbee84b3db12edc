import { CircleX, TriangleAlert } from 'lucide-react';
import type { Diagnostic } from '../api/types';

interface DiagnosticsListProps {
  readonly diagnostics: readonly Diagnostic[];
  readonly onFix: (fix: NonNullable<Diagnostic['fix']>) => void;
}

/** Errors and probable mistakes, each with its place and its fix. */
export function DiagnosticsList({ diagnostics, onFix }: DiagnosticsListProps) {
  return (
    <ul aria-label="Problems">
      {diagnostics.map(({ severity, message, line, column, code, fix, suggestion }, index) => {
        const Icon = severity === 'warning' ? TriangleAlert : CircleX;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: problems have no identity but their place
          <li className="diag" key={index}>
            <Icon
              className={severity === 'warning' ? 'i is-warn' : 'i is-bad'}
              role="img"
              aria-label={severity === 'warning' ? 'Warning' : 'Error'}
            />
            <div>
              <span>{message}</span>
              <div className="small faint">
                line {line}, column {column}
                {suggestion === undefined || fix !== undefined ? '' : `, perhaps ${suggestion}`} · <span className="mono">{code}</span>
              </div>
            </div>
            {fix === undefined ? null : (
              <button type="button" className="btn small" onClick={() => onFix(fix)}>
                Write <span className="mono">{fix.text}</span>
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
