import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { CSSProperties, ReactNode } from 'react';
import badges from '#ui/styles/badges.css';
import banners from '#ui/styles/banners.css';
import base from '#ui/styles/base.css';
import charts from '#ui/styles/charts.css';
import controls from '#ui/styles/controls.css';
import editor from '#ui/styles/editor.css';
import panels from '#ui/styles/panels.css';
import parts from '#ui/styles/parts.css';
import phone from '#ui/styles/phone.css';
import tokens from '#ui/styles/tokens.css';
import violation from '#ui/styles/violation.css';
import waterfall from '#ui/styles/waterfall.css';
import why from '#ui/styles/why.css';

/** Grafana counts 14 px to a rem and the console 16. */
const REM_PX = 16;

/** The styles of the library, below one element: nothing of Grafana's page takes them. */
function scoped(...sheets: readonly string[]): string {
  return sheets
    .join('\n')
    .replaceAll(/:root\b/g, '&')
    .replaceAll(/^\[data-theme/gm, '&[data-theme')
    .replaceAll(/^:focus/gm, '*:focus')
    .replaceAll(/(\d*\.?\d+)rem\b/g, (_, rem: string) => `${Number(rem) * REM_PX}px`);
}

/** Resets the styles that Grafana's page applies to elements. They make lists of choices 4 px high, with a line height of four times the font size. */
const PLAIN =
  'code { border: 0; background: none; padding: 0; } p, ul, dl { margin: 0; } ul { list-style: none; } select { width: auto; height: auto; line-height: inherit; }';

const className = css(`${PLAIN}
${scoped(tokens, base, controls, panels, badges, charts, violation, why, waterfall, editor, parts, banners, phone)}`);

/** Fonts, surfaces, text and lines are Grafana's; severity, evidence and syntax stay the library's. */
function grafanaTokens(theme: GrafanaTheme2): CSSProperties {
  const { background, text, border } = theme.colors;
  return {
    '--font-sans': theme.typography.fontFamily,
    '--font-mono': theme.typography.fontFamilyMonospace,
    '--surface-0': background.canvas,
    '--surface-1': background.primary,
    '--surface-2': background.secondary,
    '--text': text.maxContrast,
    '--line': border.weak,
    '--line-strong': border.medium,
    '--text-md': '14px',
  } as CSSProperties;
}

/** Panels one below the other. */
export const stacked = css({ display: 'grid', gap: 16, '& > *': { minWidth: 0 } });

interface ConsoleScopeProps {
  readonly children: ReactNode;
  readonly className?: string;
}

/** Around components of the library: they look as in the console, in the colours of Grafana's theme. `className` is that of an element within the scope. */
export function ConsoleScope({ children, className: more }: ConsoleScopeProps) {
  const theme = useTheme2();
  return (
    <div className={className} data-theme={theme.isDark ? 'dark' : 'light'} style={grafanaTokens(theme)}>
      {more === undefined ? children : <div className={more}>{children}</div>}
    </div>
  );
}
