import type { CorporateAction, Order, Signal, Trade } from '../api/contracts';
import { symbolOf } from '../figures/format';

/** Something that happened, at a time in milliseconds. */
export type Mark = { at: number; kind: 'long' | 'short' | 'flat' | 'bought' | 'sold' | 'ordered' | 'split' | 'dividend' };

export const signalMarks = (raised: Pick<Signal, 'timeframe' | 'barClose' | 'direction'>[], timeframe: string): Mark[] =>
  raised
    .filter(signal => signal.timeframe === timeframe)
    .map(({ barClose, direction }) => ({ at: Date.parse(barClose), kind: direction.toLowerCase() as 'long' | 'short' | 'flat' }));

/** Of the instrument itself, and of what venues list under its symbol: what traded, and what was asked for and has not. */
export const orderMarks = (orders: Order[], instrument: string): Mark[] =>
  orders
    .filter(order => symbolOf(order.instrument) === symbolOf(instrument))
    .map(({ requestedAt, updatedAt, side, averagePrice }) =>
      averagePrice === null ? { at: Date.parse(requestedAt), kind: 'ordered' } : { at: Date.parse(updatedAt), kind: side === 'Buy' ? 'bought' : 'sold' });

export const actionMarks = (actions: CorporateAction[], instrument: string): Mark[] =>
  actions.filter(action => symbolOf(action.instrument) === symbolOf(instrument)).map(({ exAt, kind }) => ({ at: Date.parse(exAt), kind }));

/** Where trades were opened and closed. */
export const tradeMarks = (trades: Trade[], instrument: string): Mark[] =>
  trades
    .filter(trade => trade.instrument === instrument)
    .flatMap(({ openedAt, closedAt, side }): Mark[] => [
      { at: Date.parse(openedAt), kind: side === 'Buy' ? 'bought' : 'sold' }, { at: Date.parse(closedAt), kind: side === 'Buy' ? 'sold' : 'bought' },
    ]);

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
