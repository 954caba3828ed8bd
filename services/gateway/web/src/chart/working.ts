import type { OrderEvent } from '../api/contracts';
import { type Decimal, parseExact } from '../api/exactJson';

export type Prices = { limitPrice: Decimal | null; stopPrice: Decimal | null };

type Told = { LimitPrice?: Decimal | null; StopPrice?: Decimal | null; Intent?: Told };

/** What an order's prices are by now: as it was asked for, and as the venue has changed it since. */
export function pricesOf(events: OrderEvent[]): Prices {
  let prices: Prices = { limitPrice: null, stopPrice: null };
  for (const { kind, data } of events) {
    if (kind !== 'order_requested' && kind !== 'order_replaced') continue;

    const told = parseExact(data) as Told;
    const { LimitPrice: limit, StopPrice: stop } = told.Intent ?? told;
    prices = { limitPrice: limit ?? prices.limitPrice, stopPrice: stop ?? prices.stopPrice };
  }

  return prices;
}
