import { Archive, Download, Printer } from 'lucide-react';
import { useState } from 'react';
import type { ComplianceReport } from '#ui/api/types';
import { saveFile } from '#ui/browser/save-file';
import { useToast } from '../shell/toasts';
import { type ReportFile, reportFile } from './compliance-queries';

const FORMATS = [
  { format: 'csv', text: 'Export CSV', icon: Download },
  { format: 'html', text: 'Page to print', icon: Printer },
  { format: 'tar.gz', text: 'Evidence pack', icon: Archive },
] as const;

/** The displayed report as files. */
export function DownloadReport({ report }: { readonly report: ComplianceReport | undefined }) {
  const say = useToast();
  const [busy, setBusy] = useState<ReportFile>();
  const download = async (shown: ComplianceReport, format: ReportFile): Promise<void> => {
    setBusy(format);
    try {
      const name = shown.framework.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      saveFile(
        await reportFile(shown, format),
        `${format === 'tar.gz' ? 'evidence' : 'compliance'}-${name}-${shown.to.slice(0, 10)}.${format}`,
      );
    } catch (error) {
      say(`The export failed: ${(error as Error).message}`);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <>
      {FORMATS.map(({ format, text, icon: Icon }) => (
        <button
          key={format}
          type="button"
          className="btn"
          disabled={busy !== undefined || report === undefined}
          onClick={() => report !== undefined && void download(report, format)}
        >
          <Icon className="i" aria-hidden="true" />
          {format === 'tar.gz' && busy === format ? 'Being packed' : text}
        </button>
      ))}
    </>
  );
}
