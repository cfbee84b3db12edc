import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { CSSProperties, ReactNode } from 'react';
import badges from '#console/styles/badges.css';
import base from '#console/styles/base.css';
import charts from '#console/styles/charts.css';
import controls from '#console/styles/controls.css';
import editor from '#console/styles/editor.css';
import panels from '#console/styles/panels.css';
import parts from '#console/styles/parts.css';
import tokens from '#console/styles/tokens.css';
import violation from '#console/styles/violation.css';
import waterfall from '#console/styles/waterfall.css';
import why from '#console/styles/why.css';

/** Grafana counts 14 px to a rem and the console 16. */
const REM_PX = 16;

/** The console's styles, below one element: nothing of Grafana's page takes them. */
function scoped(...sheets: readonly string[]): string {
  return sheets
    .join('\n')
    .replaceAll(/@font-face\s*\{[^}]*\}/g, '')
    .replaceAll(/:root\b/g, '&')
    .replaceAll(/^\[data-theme/gm, '&[data-theme')
    .replaceAll(/^:focus/gm, '*:focus')
    .replaceAll(/(\d*\.?\d+)rem\b/g, (_, rem: string) => `${Number(rem) * REM_PX}px`);
}

/** Resets the styles that Grafana's page applies to elements. */
const PLAIN = 'code { border: 0; background: none; padding: 0; } p, ul, dl { margin: 0; } ul { list-style: none; }';

const className = css(`${PLAIN}
${scoped(tokens, base, controls, panels, badges, charts, violation, why, waterfall, editor, parts)}`);

/** Fonts, surfaces, text and lines are Grafana's; severity, evidence and syntax stay the console's. */
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

/** Around components of the console: they look as they do there, in the colours of Grafana's theme. */
export function ConsoleScope({ children, className: more }: ConsoleScopeProps) {
  const theme = useTheme2();
  return (
    <div className={cx(className, more)} data-theme={theme.isDark ? 'dark' : 'light'} style={grafanaTokens(theme)}>
      {children}
    </div>
  );
}
