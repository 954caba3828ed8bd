import type { EquityPoint } from '../api/contracts';
import { money, utc } from '../figures/format';

const [width, height] = [300, 100];

/** Equity over time beside what it began with. Where a line is drawn is no money: fractions will do. */
export function Curve({ points, opening }: { points: EquityPoint[]; opening: string | undefined }) {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;

  const times = points.map(point => Date.parse(point.at));
  const values = points.map(point => Number(point.equity));
  const base = opening === undefined ? values[0] ?? 0 : Number(opening);
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 1];
  const [low, high] = [Math.min(base, ...values), Math.max(base, ...values)];
  const x = (time: number) => ((time - from) / (to - from || 1)) * width;
  const y = (value: number) => height - ((value - low) / (high - low || 1)) * height;
  const [lowest, highest] = [points[values.indexOf(Math.min(...values))], points[values.indexOf(Math.max(...values))]];
  const path = values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(times[i] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  return (
    <figure>
      <svg className="curve" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`Equity from ${money(first.equity)} on ${utc(first.at)} to ${money(last.equity)} on ${utc(last.at)} UTC`}>
        <line className="base" x1="0" x2={width} y1={y(base)} y2={y(base)} />
        <path className="equity" d={path} />
      </svg>
      <figcaption><span>{utc(first.at).slice(0, 10)}</span><span>low {money(lowest?.equity)}</span><span>high {money(highest?.equity)}</span><span>{utc(last.at).slice(0, 10)}</span></figcaption>
    </figure>
  );
}
