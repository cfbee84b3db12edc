import { useMutation } from '@tanstack/react-query';
import { useHere } from '#ui/browser/use-here';
import { useToast } from '../shell/toasts';

/**
 * Sends what a dialog has, once at a time. The dialog closes when it is done; after a refusal it stays, with what was typed. Where the dialog was closed
 * meanwhile, or its page was left, nothing else is closed, and a toast shows the refusal.
 * @param failed what a refusal means: "Nothing was muted"
 */
export function useSending<T>(failed: string, send: (what: T) => Promise<unknown>, onClose: () => void) {
  const say = useToast();
  const here = useHere();
  return useMutation({
    mutationFn: send,
    onSuccess: () => {
      if (here()) onClose();
    },
    onError: (error) => {
      if (!here()) say(`${failed}: ${error.message}`);
    },
  });
}
