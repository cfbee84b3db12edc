import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useLocation } from 'wouter';
import type { Rule } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { ErrorBanner } from '#ui/parts/error-banner';
import { UserText } from '#ui/parts/user-text';
import { answered, client } from '../api/client';
import { ifVersion, RULES, readIfChanged } from '../api/rule-queries';
import { useAddress } from '../parts/browser/use-address';
import { Dialog } from '../shell/dialog';
import { useToast } from '../shell/toasts';
import { keepDraft } from './draft';

export function DeleteRule({ rule }: { readonly rule: Rule }) {
  const address = useAddress();
  const setOpen = (open: boolean): void => address.put({ dialog: open ? 'delete' : undefined });
  const queries = useQueryClient();
  const say = useToast();
  const [, navigate] = useLocation();
  const here = useHere();
  const remove = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/rules/{id}', { params: { path: { id: rule.id }, header: ifVersion(rule.version) } })),
    onMutate: () => location.pathname,
    onSuccess: (_deleted, _asked, at) => {
      keepDraft(rule.id, undefined);
      void queries.invalidateQueries({ queryKey: RULES, exact: true });
      say(`${rule.name} was deleted; its violations stay`);
      // Also if the user left the page and came back, because its rule no longer exists.
      if (location.pathname === at) navigate('/rules');
      queries.removeQueries({ queryKey: [...RULES, rule.id] });
    },
    onError: (error) => {
      readIfChanged(queries, rule.id, error);
      const isShown = here() && new URLSearchParams(location.search).get('dialog') === 'delete';
      if (!isShown) say(`${rule.name} was not deleted: ${error.message}`);
    },
  });
  return (
    <>
      <button type="button" className="btn quiet" onClick={() => setOpen(true)}>
        <Trash2 className="i" aria-hidden="true" />
        Delete
      </button>
      <Dialog open={address.get('dialog') === 'delete'} label="Delete the rule" onClose={() => setOpen(false)}>
        <div className="confirm">
          <h2>
            Delete <UserText>{rule.name}</UserText>?
          </h2>
          <p className="dim">
            It judges nothing from the next span on. Its violations and its history stay. To keep it without judging, turn it off.
          </p>
          {remove.error === null ? null : <ErrorBanner what="The rule was not deleted." error={remove.error} />}
          <div className="head">
            <button type="button" className="btn" onClick={() => setOpen(false)}>
              Keep it
            </button>
            <button type="button" className="btn danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
