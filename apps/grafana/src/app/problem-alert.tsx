import { Alert, Button } from '@grafana/ui';
import { RequestProblem } from '../api/request';

interface ProblemAlertProps {
  readonly what: string;
  readonly error: Error | undefined;
  readonly onRetry?: () => void;
}

/** The failed action, its reason, and a retry. */
export function ProblemAlert({ what, error, onRetry }: ProblemAlertProps) {
  if (error === undefined) return null;
  const { code, errors = [] } = error instanceof RequestProblem ? error : { code: undefined };
  return (
    <Alert severity="error" title={what}>
      <p>{error.message}</p>
      {errors.map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
      {code === undefined ? null : <code>{code}</code>}
      {onRetry === undefined ? null : (
        <div>
          <Button size="sm" variant="secondary" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </Alert>
  );
}
