interface Props {
  values: readonly (number | null)[];
  color: string;
  className?: string;
}

const WIDTH = 100;
const HEIGHT = 24;

/** The shape of a series without axes: decoration beside a figure, so hidden from screen readers. */
export function Sparkline({ values, color, className }: Props) {
  const known = values.filter((value) => value !== null);
  const max = Math.max(...known, 0);
  if (known.length < 2 || max === 0) return null;
  const step = WIDTH / (values.length - 1);
  const points = values.flatMap((value, index) =>
    value === null ? [] : [`${(index * step).toFixed(1)},${(HEIGHT - 2 - (value / max) * (HEIGHT - 4)).toFixed(1)}`],
  );
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden className={className}>
      <polyline
        points={points.join(' ')}
        fill="none"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
        style={{ stroke: `var(--s-${color}, var(--${color}))` }}
      />
    </svg>
  );
}
