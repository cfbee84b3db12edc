import { ago, exactTime } from '../format/time';
import { useNow } from '../format/use-now';

/** How long ago; the exact time in the title. */
export function TimeAgo({ ms }: { readonly ms: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(ms).toISOString()} title={exactTime(ms)}>
      {ago(ms, now)}
    </time>
  );
}
