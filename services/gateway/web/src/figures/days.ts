// Days of an equity curve, in UTC.

import type { EquityPoint } from '../api/contracts';
import type { Decimal } from '../api/exactJson';
import { ratio, subtract } from './decimal';

/** `gain` of a fraction of what the day began with; null of nothing. */
export type Day = { date: string; gain: Decimal; share: Decimal | null };

const dateOf = (at: string): string => new Date(at).toISOString().slice(0, 10);

/** What each day brought, what was paid in or out included: from the day before's last value to its own. */
export function daysOf(points: EquityPoint[], opening: Decimal | undefined): Day[] {
  const closes = new Map<string, Decimal>();
  for (const { at, equity } of points) closes.set(dateOf(at), equity);
  let before = opening ?? points[0]?.equity;
  return [...closes].map(([date, equity]) => {
    const gain = before === undefined ? '0' : subtract(equity, before);
    const day = { date, gain, share: before === undefined ? null : ratio(gain, before) };
    before = equity;
    return day;
  });
}

/** How far below the highest so far, as fractions, at every point: 0 or below. */
export function drawdownsOf(points: EquityPoint[]): number[] {
  let high = -Infinity;
  return points.map(({ equity }) => {
    const value = Number(equity);
    high = Math.max(high, value);
    return high > 0 ? value / high - 1 : 0;
  });
}
