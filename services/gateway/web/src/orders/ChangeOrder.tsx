import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Order } from '../api/contracts';
import { orderEvents } from '../api/queries';
import { change } from '../api/request';
import { figure } from '../chart/order';
import { pricesOf } from '../chart/working';
import { quantity } from '../figures/format';
import { Confirm } from '../parts/Confirm';

/** Asks the venue to change what is left of an order. What is left empty stays. */
export function ChangeOrder({ order, price, onClose }: { order: Order; price?: string; onClose: () => void }) {
  const queries = useQueryClient();
  const known = pricesOf(useQuery(orderEvents(order.orderId)).data ?? []);
  const hasStop = known.stopPrice !== null;
  const [typed, setTyped] = useState({ quantity: '', limitPrice: price !== undefined && !hasStop ? price : '', stopPrice: price !== undefined && hasStop ? price : '' });
  const given = Object.entries(typed).filter(([, text]) => text.trim() !== '');
  const isReady = given.length > 0 && given.every(([, text]) => figure(text) !== null);
  const run = async () => {
    await change('PATCH', `/api/v1/orders/${encodeURIComponent(order.orderId)}`, Object.fromEntries(given.map(([name, text]) => [name, figure(text)])));
    await queries.invalidateQueries({ queryKey: ['orders'] });
  };
  const field = (name: keyof typeof typed, label: string, now: string | null) => (
    <label>{label}, now {now ?? '–'}<input value={typed[name]} onChange={event => setTyped({ ...typed, [name]: event.target.value })} inputMode="decimal" autoComplete="off" className="n" /></label>
  );
  return (
    <Confirm title="Change this order" action="Ask the venue" tone="go" ready={isReady} run={run} onClose={onClose}>
      <p>{order.side} {quantity(order.quantity)} {order.instrument} on {order.account}. It stays as it is until the venue has said that it is changed.</p>
      {known.limitPrice !== null && field('limitPrice', 'Limit', known.limitPrice)}
      {hasStop && field('stopPrice', 'Stop', known.stopPrice)}
      {field('quantity', 'Quantity in all', quantity(order.quantity))}
    </Confirm>
  );
}
