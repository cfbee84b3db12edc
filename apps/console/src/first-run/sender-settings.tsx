import { Copy } from 'lucide-react';
import { useState } from 'react';
import { Segments } from '#ui/parts/segments';
import { copyText } from '../parts/browser/copy-text';
import { useToast } from '../shell/toasts';

const WAYS = [
  { key: 'sdk', text: 'SDK, agent' },
  { key: 'collector', text: 'Collector' },
  { key: 'curl', text: 'curl' },
] as const;
type Way = (typeof WAYS)[number]['key'];

/** The settings of each sender, with this server's address. */
const textOf = (way: Way, address: string): string =>
  ({
    sdk: [
      `export OTEL_EXPORTER_OTLP_ENDPOINT=${address}`,
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      'export OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none',
    ],
    collector: [
      'exporters:',
      '  otlphttp/betrace:',
      `    endpoint: ${address}`,
      '# and in service.pipelines.traces: exporters: [otlphttp/betrace]',
    ],
    curl: [
      `curl -X POST ${address}/v1/spans -H 'Content-Type: application/json' \\`,
      `  -d '{"spans": [{"trace_id": "hello", "span_id": "a", "name": "hello", "start_time": "${new Date().toISOString()}", "duration": 2000000000}]}'`,
    ],
  })[way].join('\n');

/** How an application sends its spans here. */
export function SenderSettings() {
  const say = useToast();
  const [way, setWay] = useState<Way>('sdk');
  const text = textOf(way, location.origin);
  const copy = async (): Promise<void> => say((await copyText(text)) ? 'Copied' : 'The browser does not let it be copied');
  return (
    <div className="stack tight">
      <div className="tour-does">
        <Segments label="Sender" options={WAYS} value={way} onChange={(key) => setWay(key as Way)} />
        <button type="button" className="btn" onClick={() => void copy()}>
          <Copy className="i" aria-hidden="true" />
          Copy
        </button>
      </div>
      <pre className="code-box">{text}</pre>
      <p className="small dim">
        With an API key, senders need it in a header. Where ingest is a process of its own, its address takes the place of this one.
      </p>
    </div>
  );
}
