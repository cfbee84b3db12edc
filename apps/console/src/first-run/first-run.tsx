import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ListChecks, Plus, Send } from 'lucide-react';
import { Link } from 'wouter';
import { ErrorBanner } from '#ui/parts/error-banner';
import { createStarters, sendTestTraces } from './test-traces';

interface FirstRunProps {
  readonly hasRules: boolean;
  /** Called when the sent spans are judged. */
  readonly onSent: () => void;
}

/** From an empty server to a violation: with test traces, or with a new rule. */
export function FirstRun({ hasRules, onSent }: FirstRunProps) {
  const queries = useQueryClient();
  const send = useMutation({
    mutationFn: async () => {
      if (!hasRules) await createStarters();
      await sendTestTraces();
    },
    onSettled: () => {
      void queries.invalidateQueries();
      onSent();
    },
  });
  return (
    <>
      {send.error === null ? null : <ErrorBanner what="The test traces were not judged." error={send.error} />}
      <button type="button" className="btn primary" disabled={send.isPending} onClick={() => send.mutate()}>
        <Send className="i" aria-hidden="true" />
        {send.isPending ? 'Sent, being judged' : hasRules ? 'Send test traces' : 'Create three rules and send test traces'}
      </button>
      <Link className="btn" href="/rules/new">
        <Plus className="i" aria-hidden="true" />
        New rule
      </Link>
      <Link className="btn" href="/first-run">
        <ListChecks className="i" aria-hidden="true" />
        Step by step
      </Link>
    </>
  );
}
