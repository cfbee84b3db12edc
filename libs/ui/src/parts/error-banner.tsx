import { CircleX } from 'lucide-react';
import { ApiProblem } from '../api/problem';
import { LongText } from './user-text';

interface ErrorBannerProps {
  /** What failed: "The list could not be read." */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** The failure, its reason, and a retry; the former content stays below. */
export function ErrorBanner({ what, error, onRetry }: ErrorBannerProps) {
  const problem = error instanceof ApiProblem ? error : undefined;
  const answered = problem !== undefined && problem.status > 0 ? `BeTrace answered ${problem.status}: ` : '';
  return (
    <div className="banner bad" role="alert">
      <CircleX className="i" aria-hidden="true" />
      <span>
        <b>{what}</b> {answered}
        <LongText name="the error">{error instanceof Error ? error.message : String(error)}</LongText>
        {problem?.code === undefined ? null : <span className="mono small"> {problem.code}</span>}
      </span>
      {onRetry === undefined ? null : (
        <button type="button" className="btn small end" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
