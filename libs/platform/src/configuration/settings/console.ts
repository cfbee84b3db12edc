import { type Setting, text, traceLink } from '../setting.js';

/** Additions to the web console. */
export const CONSOLE = {
  traceLink: {
    type: traceLink,
    env: ['BETRACE_CONSOLE_TRACE_LINK'],
    doc: 'Where the console opens a trace elsewhere: a link with `{trace_id}` (32 hex digits) in it, and if wanted `{span_id}`, and `{from}` and `{to}` (milliseconds, half an hour around the violation), all escaped. `https://tempo.example.com/trace/{trace_id}`; [for Grafana and Jaeger](connect.md#open-in-tempo). Everybody who reaches the console can read it. Unset: no such link.',
  },
  traceLinkName: {
    type: text,
    env: ['BETRACE_CONSOLE_TRACE_LINK_NAME'],
    default: 'Tempo',
    doc: 'What that link leads to, as the console says it: `Open in Tempo`.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
