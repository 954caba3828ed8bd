import type { EquityPoint } from '../api/contracts';
import { drawdownsOf } from '../figures/days';
import { money, share, utc, whole } from '../figures/format';

const [width, height, below] = [300, 100, 34];

type Properties = {
  points: EquityPoint[];
  opening: string | undefined;
  /** Another curve to hold it against, drawn as if both had begun with the same. */
  beside?: EquityPoint[] | undefined;
  /** Whether how far it was below its highest is drawn under it. */
  withDrawdown?: boolean;
};

/** Equity over time beside what it began with. Where a line is drawn is no money: fractions will do. */
export function Curve({ points, opening, beside = [], withDrawdown = false }: Properties) {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;

  const values = points.map(point => Number(point.equity));
  const base = opening === undefined ? values[0] ?? 0 : Number(opening);
  const scale = base / (Number(beside[0]?.equity) || 1);
  const others = beside.map(point => Number(point.equity) * scale);
  const [from, to] = [Date.parse(first.at), Date.parse(last.at)];
  const [low, high] = [Math.min(base, ...values, ...others), Math.max(base, ...values, ...others)];
  const x = (at: string) => Math.max(0, Math.min(1, (Date.parse(at) - from) / (to - from || 1))) * width;
  const y = (value: number) => height - ((value - low) / (high - low || 1)) * height;
  const path = (of: EquityPoint[], at: number[]) => at.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(of[i]?.at ?? '').toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const [lowest, highest] = [points[values.indexOf(Math.min(...values))], points[values.indexOf(Math.max(...values))]];
  return (
    <figure>
      <svg className="curve" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`Equity from ${money(first.equity)} on ${utc(first.at)} to ${money(last.equity)} on ${utc(last.at)} UTC`}>
        <line className="base" x1="0" x2={width} y1={y(base)} y2={y(base)} />
        {others.length > 1 && <path className="other" d={path(beside, others)} />}
        <path className="equity" d={path(points, values)} />
      </svg>
      {withDrawdown && <Drawdown points={points} x={x} />}
      <figcaption><span>{utc(first.at).slice(0, 10)}</span><span>low {whole(lowest?.equity)}</span><span>high {whole(highest?.equity)}</span><span>{utc(last.at).slice(0, 10)}</span></figcaption>
    </figure>
  );
}

function Drawdown({ points, x }: { points: EquityPoint[]; x: (at: string) => number }) {
  const depths = drawdownsOf(points);
  const deepest = Math.min(...depths);
  const line = depths.map((depth, i) => `L${x(points[i]?.at ?? '').toFixed(1)} ${((depth / (deepest || -1)) * below).toFixed(1)}`).join('');
  return (
    <svg className="curve drawdown" viewBox={`0 0 ${width} ${below}`} preserveAspectRatio="none" role="img" aria-label={`Drawdown, ${share(-deepest, 1)} at its deepest`}>
      <path d={`M0 0${line}L${width} 0Z`} />
    </svg>
  );
}
