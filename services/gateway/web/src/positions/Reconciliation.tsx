import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Account, Drift } from '../api/contracts';
import { accounts } from '../api/queries';
import { change } from '../api/request';
import { subtract } from '../figures/decimal';
import { age, amount, quantity, utc } from '../figures/format';
import { Confirm } from '../parts/Confirm';
import { Facts } from '../parts/Facts';
import { useNow } from '../parts/now';
import { Panel } from '../parts/Panel';
import { Pill } from '../parts/words';
import { useRights } from '../shell/rights';

/** What the books and the venues do not agree on, and a person's word on it. */
export function Reconciliation() {
  const read = useQuery(accounts);
  const drifts = (all: Account[]) => all.reduce((sum, each) => sum + each.drifts.length, 0);
  return (
    <Panel
      title="Reconciliation"
      of={read}
      count={all => (all.length === 0 ? '' : drifts(all) === 0 ? 'no open drift' : `${drifts(all)} open`)}
      empty={all => all.length === 0 && 'No account at a venue is configured: there is nobody to agree with.'}
    >
      {all => all.map(account => <OfAccount key={account.account} account={account} />)}
    </Panel>
  );
}

const kinds: Record<Drift['kind'], string> = { Position: 'Position', Cash: 'Cash', ForeignOrder: 'Foreign order', ForeignFill: 'Foreign fill' };

function OfAccount({ account: { account, venue, isProven, gatedBecause, reconciledAt, cash, drifts } }: { account: Account }) {
  const queries = useQueryClient();
  const now = useNow();
  const { mayTrade } = useRights();
  const [resolving, setResolving] = useState<Drift | null>(null);
  const comparing = useMutation({
    mutationFn: () => change('POST', `/api/v1/routing/accounts/${encodeURIComponent(account)}/reconcile`),
    onSuccess: () => queries.invalidateQueries({ queryKey: accounts.queryKey }),
  });
  return (
    <div className="account">
      <div className="account-head">
        <Facts
          of={[
            ['Account', account],
            ['Venue', venue],
            ['Orders', <Pill key="orders" tone={isProven ? 'good' : 'bad'}>{isProven ? 'may leave' : 'held back'}</Pill>],
            ['Compared', reconciledAt ? <span title={`${utc(reconciledAt)} UTC`}>{age(now - Date.parse(reconciledAt))} ago</span> : 'never'],
            ...cash.map(({ asset, balance }): [string, string] => [asset, amount(balance)]),
          ]}
        />
        {mayTrade && <button type="button" onClick={() => comparing.mutate()} disabled={comparing.isPending}>{comparing.isPending ? 'Asking …' : 'Compare now'}</button>}
      </div>
      {gatedBecause && <p className="note">Held back: {gatedBecause}</p>}
      {comparing.isError && <p className="note bad" role="alert">{comparing.error.message}</p>}
      {drifts.length > 0 && (
        <ul className="rows drifts">
          {drifts.map(drift => (
            <li key={drift.driftId}>
              <Pill tone="bad">{kinds[drift.kind] ?? drift.kind}</Pill>
              <span className="what">
                {drift.subject}: ours {quantity(drift.ours)}, venue {quantity(drift.venue)}
                {drift.ours !== null && drift.venue !== null && `, difference ${quantity(subtract(drift.venue, drift.ours))}`}
              </span>
              {mayTrade ? <button type="button" onClick={() => setResolving(drift)}>Resolve</button> : <span />}
              <small>{drift.detail} Found {utc(drift.foundAt)} UTC.</small>
            </li>
          ))}
        </ul>
      )}
      {resolving && <Resolve account={account} drift={resolving} onClose={() => setResolving(null)} />}
    </div>
  );
}

function Resolve({ account, drift, onClose }: { account: string; drift: Drift; onClose: () => void }) {
  const queries = useQueryClient();
  const [adopt, setAdopt] = useState<boolean | null>(null);
  const run = async (reason: string) => {
    await change('POST', `/api/v1/routing/accounts/${encodeURIComponent(account)}/drifts/resolve`, { driftId: drift.driftId, adopt, reason });
    await Promise.all([queries.invalidateQueries({ queryKey: accounts.queryKey }), queries.invalidateQueries({ queryKey: ['portfolios'] })]);
  };
  return (
    <Confirm title={`Resolve: ${drift.subject}`} action="Resolve" reason="required" ready={adopt !== null} tone="go" run={run} onClose={onClose}>
      <p>{drift.detail}</p>
      <fieldset>
        <legend>Which figure counts from now on?</legend>
        <label className="check"><input type="radio" name="adopt" checked={adopt === true} onChange={() => setAdopt(true)} />The venue's, {quantity(drift.venue)}: our books are changed to it</label>
        <label className="check"><input type="radio" name="adopt" checked={adopt === false} onChange={() => setAdopt(false)} />Ours, {quantity(drift.ours)}: the drift is left, and not told again</label>
      </fieldset>
    </Confirm>
  );
}
