import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LimitFigures } from '../api/contracts';
import { limits } from '../api/queries';
import { change } from '../api/request';
import { Confirm } from '../parts/Confirm';
import { changedLimits, type FigureName, figureNames, typedOf, wrong } from './figures';

/** Other limits for a strategy, or without one for the account itself, in place of all that there were. */
export function LimitsDialog({ account, strategy, former, onClose }: { account: string; strategy: string | null; former: LimitFigures | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState(() => typedOf(former));
  const faults = wrong(typed);
  const of = `/api/v1/routing/accounts/${encodeURIComponent(account)}`;
  const run = async (reason: string) => {
    await change('PUT', strategy === null ? `${of}/limits` : `${of}/strategies/${encodeURIComponent(strategy)}/limits`, { reason, limits: changedLimits(former, typed) });
    await queries.invalidateQueries({ queryKey: limits(account).queryKey });
  };
  return (
    <Confirm title={`Limits of ${strategy === null ? account : `${strategy} on ${account}`}`} action="Change the limits" reason="required" ready={faults.length === 0} tone="go" run={run} onClose={onClose}>
      <p>They hold once this is answered. Nothing in a field is no limit.</p>
      <div className="figures-form">
        {(Object.keys(figureNames) as FigureName[]).map(name => (
          <label key={name}>
            {figureNames[name]}
            <input value={typed[name]} onChange={event => setTyped({ ...typed, [name]: event.target.value })} inputMode="decimal" autoComplete="off" className="n" aria-invalid={faults.includes(name)} />
          </label>
        ))}
      </div>
      {faults.length > 0 && <p className="bad">No figure: {faults.map(name => figureNames[name]).join(', ')}.</p>}
    </Confirm>
  );
}
