import { type Setting, text, traceLink } from './setting.js';

/** Additions to the web console. */
export const CONSOLE = {
  traceLink: {
    type: traceLink,
    env: ['BETRACE_CONSOLE_TRACE_LINK'],
    doc: 'Link from the console to a trace in another program, with `{trace_id}` (32 hex digits) in it. It may contain `{span_id}`, and `{from}` and `{to}` (milliseconds, half an hour around the violation). All are escaped. `https://tempo.example.com/trace/{trace_id}`; [for Grafana and Jaeger](connect.md#open-in-tempo). Everyone who can open the console can read it. Unset: no such link.',
  },
  traceLinkName: {
    type: text,
    env: ['BETRACE_CONSOLE_TRACE_LINK_NAME'],
    default: 'Tempo',
    doc: 'Name of that program in the console: `Open in Tempo`.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
