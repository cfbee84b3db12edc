import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Whether the page or panel that sent a request is still shown when the answer comes. If not, the answer changes neither it nor the address, and a toast shows its text.
 */
export function useHere(): () => boolean {
  const [pathname] = useState(() => location.pathname);
  const isMounted = useRef(false);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  // React keeps the previous page while the code of the next one loads.
  return useCallback(() => isMounted.current && location.pathname === pathname, [pathname]);
}
