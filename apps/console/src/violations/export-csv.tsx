import { Download } from 'lucide-react';
import { useState } from 'react';
import { problemOf } from '#ui/api/problem';
import { saveFile } from '#ui/browser/save-file';
import { fetchWithKey } from '../api/client';
import { useToast } from '../shell/toasts';
import type { Filters } from './filters/use-violation-filters';
import { askedFor } from './violation-queries';

/** Downloads exactly the filtered violations, the newest `limit` of them. */
export function ExportCsv({ filters, now, limit }: { readonly filters: Filters; readonly now: number; readonly limit: number }) {
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const download = async (): Promise<void> => {
    setBusy(true);
    try {
      const query = new URLSearchParams({ ...(askedFor(filters, now) as Record<string, string>), format: 'csv', limit: String(limit) });
      const response = await fetchWithKey(new Request(`${location.origin}/v1/violations/export?${query}`));
      if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
      saveFile(await response.blob(), 'violations.csv');
    } catch (error) {
      say(`The export failed: ${(error as Error).message}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" className="btn" disabled={busy} onClick={() => void download()}>
      <Download className="i" aria-hidden="true" />
      Export CSV
    </button>
  );
}
