import { useQueryClient } from '@tanstack/react-query';
import type { Order } from '../api/contracts';
import { change } from '../api/request';
import { quantity } from '../figures/format';
import { Confirm } from '../parts/Confirm';

export function CancelOrder({ order, onClose }: { order: Order; onClose: () => void }) {
  const queries = useQueryClient();
  const run = async () => {
    await change('DELETE', `/api/v1/orders/${encodeURIComponent(order.orderId)}`);
    await queries.invalidateQueries({ queryKey: ['orders'] });
  };
  return (
    <Confirm title="Cancel this order" action="Cancel the order" run={run} onClose={onClose}>
      <p>{order.side} {quantity(order.quantity)} {order.instrument} on {order.account}. The venue is asked to take it back; what trades until it answers stays traded.</p>
    </Confirm>
  );
}

export function CancelAll({ account, onClose }: { account: string; onClose: () => void }) {
  const queries = useQueryClient();
  const run = async (reason: string) => {
    await change('POST', `/api/v1/routing/accounts/${encodeURIComponent(account)}/cancel-all`, { reason });
    await queries.invalidateQueries({ queryKey: ['orders'] });
  };
  return (
    <Confirm title={`Cancel all orders of ${account}`} action="Cancel all" word="CANCEL" reason="required" run={run} onClose={onClose}>
      <p>Every order of {account} that works is taken back. What it holds stays.</p>
    </Confirm>
  );
}
