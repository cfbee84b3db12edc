import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** Sends what a dialog has, once at a time. The dialog closes when it is done, unless its page was left; after a refusal it stays, with what was typed. */
export function useSending<T>(send: (what: T) => Promise<unknown>, onClose: () => void) {
  const [pathname] = useState(() => location.pathname);
  return useMutation({
    mutationFn: send,
    onSuccess: () => {
      if (location.pathname === pathname) onClose();
    },
  });
}
