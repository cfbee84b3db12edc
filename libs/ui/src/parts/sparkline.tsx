interface SparklineProps {
  readonly values: readonly number[];
  readonly className: string;
  readonly label: string;
}

const [WIDTH, HEIGHT] = [120, 20];

/** Counts over time in the height of a line of text; zeros are a base line. */
export function Sparkline({ values, className, label }: SparklineProps) {
  const top = Math.max(...values, 1);
  const step = WIDTH / Math.max(1, values.length);
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <line className="base" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {values.map((value, index) => {
        const height = value === 0 ? 0 : (value / top) * (HEIGHT - 3) + 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bucket is where it stands
          <rect key={index} className={className} x={index * step} width={Math.max(1, step - 1)} y={HEIGHT - 1 - height} height={height} />
        );
      })}
    </svg>
  );
}
