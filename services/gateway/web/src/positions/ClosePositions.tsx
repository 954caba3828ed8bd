import { useQueryClient } from '@tanstack/react-query';
import { useAttempt } from '../api/attempt';
import type { Position } from '../api/contracts';
import { change } from '../api/request';
import { quantity } from '../figures/format';
import { Confirm } from '../parts/Confirm';

function useAgain() {
  const queries = useQueryClient();
  return () => Promise.all([queries.invalidateQueries({ queryKey: ['portfolios'] }), queries.invalidateQueries({ queryKey: ['orders'] })]);
}

/** Asks for a position to be brought to nothing at the market. */
export function ClosePosition({ position: { account, instrument, quantity: held }, onClose }: { position: Position; onClose: () => void }) {
  const again = useAgain();
  const target = useAttempt('/api/v1/positions/target');
  const run = async () => {
    await target({ account, instrument, target: '0' });
    await again();
  };
  return (
    <Confirm title={`Close ${instrument}`} action="Close at the market" run={run} onClose={onClose}>
      <p>{quantity(held)} {instrument} on {account}. What works there is taken back first; it is closed when the fills say so.</p>
    </Confirm>
  );
}

export function CloseAll({ account, onClose }: { account: string; onClose: () => void }) {
  const again = useAgain();
  const run = async (reason: string) => {
    await change('POST', `/api/v1/routing/accounts/${encodeURIComponent(account)}/close-all`, { reason });
    await again();
  };
  return (
    <Confirm title={`Close all of ${account}`} action="Close all" word="CLOSE" reason="required" run={run} onClose={onClose}>
      <p>Every order of {account} that works is taken back, and every position closed at the market.</p>
    </Confirm>
  );
}
