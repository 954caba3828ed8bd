import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Account, TradingState, TradingSwitch } from '../api/contracts';
import { accounts, trading } from '../api/queries';
import { change } from '../api/request';
import { Confirm } from '../parts/Confirm';
import { useNow } from '../parts/now';
import { Pill } from '../parts/words';
import { useRights } from '../shell/rights';
import { stateWords } from './states';

/** The switch of everybody's trading, which is always there; null while it is not known, and once it cannot be read any more. */
function useSwitch(): TradingSwitch | null {
  const { data, isError } = useQuery(trading);
  return (!isError && data?.find(each => each.account === null)) || null;
}

const effects: Record<TradingState, string> = {
  Halted: 'once this is answered, no new order leaves. Orders that work at venues stay there.',
  Reducing: 'once this is answered, only orders that make a position smaller leave.',
  Active: 'orders may leave again. What another switch stops stays stopped.',
};

const namesOf = (of: Account[]) => of.map(each => each.account).join(', ');

/** Whether orders may leave, and whether it is real money that they trade. */
export function ModeBadge() {
  const everybody = useSwitch();
  const venues = useQuery(accounts).data;
  if (everybody && everybody.state !== 'Active') {
    const [text, tone] = stateWords[everybody.state];
    return <Pill tone={`mode ${tone}`} title={everybody.reason}>{text}</Pill>;
  }

  if (!venues) return <Pill>Unknown</Pill>;

  const live = venues.filter(each => each.isLive === true);
  if (live.length > 0) return <Pill tone="mode bad" title={`Real money: ${namesOf(live)}`}>LIVE</Pill>;

  // That it is but paper is not guessed.
  const unknown = venues.filter(each => each.isLive !== false);
  return unknown.length > 0
    ? <Pill tone="mode warn" title={`Not known whether it is real money: ${namesOf(unknown)}`}>Unknown</Pill>
    : <Pill tone="mode info" title="No account trades real money">PAPER</Pill>;
}

const holdOff = 5_000; // ms

/** Seconds for which a halt that was just seen cannot be taken back: the second tap of an excited thumb is not meant. */
function useHoldOff(state: TradingState | undefined): number {
  const before = useRef(state);
  const [until, setUntil] = useState(0);
  const now = useNow();
  useEffect(() => {
    if (state === 'Halted' && before.current !== undefined && before.current !== 'Halted') setUntil(Date.now() + holdOff);
    if (state !== undefined) before.current = state;
  }, [state]);
  return state === 'Halted' ? Math.max(0, Math.ceil((until - now) / 1000)) : 0;
}

/** Stops everybody's trading, from every screen. */
export function KillSwitch() {
  const everybody = useSwitch();
  const { mayTrade } = useRights();
  const [asking, setAsking] = useState<TradingState | null>(null);
  const heldOff = useHoldOff(everybody?.state);
  const { isError } = useQuery(trading);
  if (!mayTrade) return null;

  // Where it is not known how it stands it can still be stopped.
  const halted = everybody?.state === 'Halted';
  return (
    <>
      {isError && <span className="not-known" role="status" title="It cannot be read whether orders may leave">unknown</span>}
      <button type="button" className={`kill ${halted ? 'go' : 'danger'}`} disabled={heldOff > 0} onClick={() => setAsking(halted ? 'Active' : 'Halted')}>
        {halted ? (heldOff > 0 ? `Resume in ${heldOff} s` : 'Resume') : 'Halt'}
      </button>
      {asking && <SwitchDialog to={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

/** Asks for a switch to be thrown or released: everybody's where no account is named, all of the account's where no strategy is. */
export function SwitchDialog({ to, account, strategy, onClose }: { to: TradingState; account?: string | null; strategy?: string | null; onClose: () => void }) {
  const queries = useQueryClient();
  const [flatten, setFlatten] = useState(false);
  const path = { Halted: '/api/v1/halt', Reducing: '/api/v1/reduce', Active: '/api/v1/resume' }[to];
  const run = async (reason: string) => {
    await change('POST', path, { reason: reason || 'Halted from the console', ...(account ? { account } : {}), ...(strategy ? { strategy } : {}), ...(to === 'Halted' && flatten ? { flatten } : {}) });
    await queries.invalidateQueries({ queryKey: trading.queryKey });
  };
  const [title, action, word] = ({
    Halted: ['Halt trading', 'Halt trading', 'HALT'],
    Reducing: ['Only reduce positions', 'Allow reducing only', 'REDUCE'],
    Active: ['Resume trading', 'Resume trading', 'RESUME'],
  } satisfies Record<TradingState, [string, string, string]>)[to];
  return (
    <Confirm title={title} action={action} word={word} reason={to === 'Halted' ? 'optional' : 'required'} tone={to === 'Active' ? 'go' : 'danger'} run={run} onClose={onClose}>
      <p>{strategy ? `Of ${strategy} on ${account}: ` : account ? `Of account ${account}: ` : 'Of all accounts and sessions: '}{effects[to]}</p>
      {to === 'Halted' && (
        <label className="check">
          <input type="checkbox" checked={flatten} onChange={event => setFlatten(event.target.checked)} />
          Also cancel what works, and close what is held, at the market
        </label>
      )}
    </Confirm>
  );
}
