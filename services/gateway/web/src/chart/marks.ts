import type { Order, Signal } from '../api/contracts';
import { price, quantity } from '../figures/format';

/** Something that happened, at a time in milliseconds. */
export type Mark = { at: number; kind: 'long' | 'short' | 'flat' | 'bought' | 'sold'; text: string };

/** `AAPL` of `AAPL.SIM`: the symbol that venues share. */
export const symbolOf = (instrument: string): string => instrument.slice(0, Math.max(0, instrument.lastIndexOf('.'))).replace('/', '');

export const signalMarks = (raised: Signal[], timeframe: string): Mark[] =>
  raised
    .filter(signal => signal.timeframe === timeframe)
    .map(({ barClose, direction, strategy }) => ({ at: Date.parse(barClose), kind: direction.toLowerCase() as 'long' | 'short' | 'flat', text: strategy }));

/** Of the instrument itself, and of what venues list under its symbol. */
export const fillMarks = (traded: Order[], instrument: string): Mark[] =>
  traded
    .filter(order => order.averagePrice !== null && symbolOf(order.instrument) === symbolOf(instrument))
    .map(({ updatedAt, side, filled, averagePrice }) => ({
      at: Date.parse(updatedAt), kind: side === 'Buy' ? 'bought' : 'sold', text: `${quantity(filled)} at ${price(averagePrice)}`,
    }));

/** The first bar that closed at the mark's time or later; null where there is none among the bars that are shown. */
export function barOf(at: number, closes: number[]): number | null {
  const [first, last] = [closes[0], closes.at(-1)];
  if (first === undefined || last === undefined || at < first - (closes[1] ?? first) + first || at > last) return null;

  let [low, high] = [0, closes.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((closes[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }

  return closes[low] ?? null;
}
