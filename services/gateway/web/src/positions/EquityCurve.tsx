import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EquityPoint, Portfolio } from '../api/contracts';
import { equity } from '../api/queries';
import { Curve } from '../parts/Curve';
import { Panel } from '../parts/Panel';

/** Equity over time, one currency at a time: different money is never added up. */
export function EquityCurve({ id, balances }: { id: string; balances: Portfolio['balances'] }) {
  const read = useQuery(equity(id));
  const moved = balances.find(each => each.equity !== each.opening) ?? balances[0];
  const [chosen, choose] = useState<string>();
  const currency = chosen ?? moved?.currency;
  const opening = balances.find(each => each.currency === currency)?.opening;
  const of = (all: EquityPoint[]) => all.filter(point => point.currency === currency);
  return (
    <Panel
      title="Equity"
      of={read}
      empty={all => of(all).length < 2 && (of(all).length === 0 ? 'Nothing has moved yet.' : 'It was valued once so far, which makes no curve.')}
      actions={balances.length > 1 && <select aria-label="Currency" value={currency} onChange={event => choose(event.target.value)}>{balances.map(each => <option key={each.currency}>{each.currency}</option>)}</select>}
    >
      {all => <Curve points={of(all)} opening={opening} />}
    </Panel>
  );
}
