import { useEffect, useRef } from 'react';
import type { TraceRows } from './trace-rows';

const HEIGHT = 36;

interface MinimapProps {
  readonly trace: TraceRows;
  readonly letters: ReadonlyMap<string, readonly string[]>;
}

/** The whole trace at a glance, witnesses in the colour of evidence. On a canvas: ten thousand bars are one picture. */
export function Minimap({ trace, letters }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const draw = (): void => paint(element, trace, letters);
    const resized = new ResizeObserver(draw);
    resized.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
    };
  }, [trace, letters]);
  return (
    <div className="wf-mini not-phone" aria-hidden="true">
      <canvas ref={canvas} height={HEIGHT} />
    </div>
  );
}

function paint(canvas: HTMLCanvasElement, { rows, length }: TraceRows, letters: MinimapProps['letters']): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const [plain, evidence] = ['--bar', '--evidence-solid'].map((name) => style.getPropertyValue(name));
  const step = (HEIGHT - 6) / Math.max(1, rows.length);
  const bar = (index: number, color: string | undefined, least: number): void => {
    const row = rows[index];
    if (row === undefined || color === undefined) return;
    context.fillStyle = color;
    context.fillRect(
      (row.start / length) * width,
      3 + index * step,
      Math.max(2, (row.length / length) * width),
      Math.max(least, step * 0.8),
    );
  };
  for (const index of rows.keys()) bar(index, plain, 0.75);
  for (const [index, { span }] of rows.entries()) if (letters.has(span.span_id)) bar(index, evidence, 2);
}
