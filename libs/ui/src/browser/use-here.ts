import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Whether the page or panel that asks is still shown, for answers that come later: where it is not, they change neither it nor the address, and a toast
 * shows their text.
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
  // React keeps the page before while the code of the next one loads.
  return useCallback(() => isMounted.current && location.pathname === pathname, [pathname]);
}
