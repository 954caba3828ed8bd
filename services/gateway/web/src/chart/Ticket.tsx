import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../api/attempt';
import type { OrderState } from '../api/contracts';
import { accounts } from '../api/queries';
import { money } from '../figures/format';
import { Confirm } from '../parts/Confirm';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { sideTone, statusWords } from '../parts/words';
import { Link } from '../shell/Link';
import { commandOf, type Draft, figure, names, type OrderType, priceFields, types, whyNot, worth } from './order';

const typeNames: Record<OrderType, string> = { Market: 'Market', Limit: 'Limit', Stop: 'Stop', StopLimit: 'Stop limit', TrailingStop: 'Trailing stop' };

const blank: Draft = {
  account: '', instrument: '', side: 'Buy', type: 'Limit', quantity: '', limitPrice: '', stopPrice: '', trailBy: '', timeInForce: '', reduceOnly: false,
  postOnly: false, takeProfit: '', stopLoss: '',
};

/** An order of one's own for an account at a venue, with its exits. Risk has its say when it is sent. */
export function Ticket({ symbol }: { symbol: string }) {
  const read = useQuery(accounts);
  const [changed, setChanged] = useState<Partial<Draft>>({});
  const [reviewing, setReviewing] = useState<Draft | null>(null);
  const [placed, setPlaced] = useState<OrderState | null>(null);
  const place = useAttempt<OrderState>('/api/v1/orders');
  const account = changed.account ?? read.data?.[0]?.account ?? '';
  const venue = read.data?.find(each => each.account === account)?.venue;
  const draft: Draft = { ...blank, instrument: venue && symbol ? `${symbol}.${venue}` : '', ...changed, account };
  const set = (part: Partial<Draft>) => setChanged({ ...changed, ...part });
  const why = whyNot(draft);
  const value = worth(draft);
  return (
    <>
      <Panel title="Order ticket" of={read} empty={all => all.length === 0 && 'No account at a venue is configured: orders of your own need one.'}>
        {all => (
          <form
            className="ticket"
            onSubmit={event => {
              event.preventDefault();
              if (!why) setReviewing(draft);
            }}
          >
            <div className="sides" role="group" aria-label="Side">
              {(['Buy', 'Sell'] as const).map(side => (
                <button key={side} type="button" className={side.toLowerCase()} aria-pressed={draft.side === side} onClick={() => set({ side })}>{side}</button>
              ))}
            </div>
            <label>Account<select value={account} onChange={event => setChanged({ ...changed, account: event.target.value })}>{all.map(each => <option key={each.account} value={each.account}>{each.account} at {each.venue}</option>)}</select></label>
            <label>Instrument<input value={draft.instrument} onChange={event => set({ instrument: event.target.value })} spellCheck={false} autoCapitalize="characters" autoComplete="off" /></label>
            <label>Type<select value={draft.type} onChange={event => set({ type: event.target.value as OrderType })}>{types.map(type => <option key={type} value={type}>{typeNames[type]}</option>)}</select></label>
            <Figure label="Quantity" value={draft.quantity} onChange={quantity => set({ quantity })} />
            {priceFields[draft.type].map(field => <Figure key={field} label={`${titled(names[field])}${field === 'trailBy' ? ' by' : ' price'}`} value={draft[field]} onChange={text => set({ [field]: text })} />)}
            <label>Time in force<select value={draft.timeInForce} onChange={event => set({ timeInForce: event.target.value as Draft['timeInForce'] })}>
              <option value="">As the venue takes it</option><option value="Gtc">Until canceled</option><option value="Day">Day</option><option value="Ioc">Immediate or cancel</option><option value="Fok">Fill or kill</option>
            </select></label>
            <Figure label="Take profit at" value={draft.takeProfit} onChange={takeProfit => set({ takeProfit })} />
            <Figure label="Stop loss at" value={draft.stopLoss} onChange={stopLoss => set({ stopLoss })} />
            <label className="check"><input type="checkbox" checked={draft.reduceOnly} onChange={event => set({ reduceOnly: event.target.checked })} />Reduce only</label>
            <label className="check"><input type="checkbox" checked={draft.postOnly} onChange={event => set({ postOnly: event.target.checked })} />Post only</label>
            <p className="note whole">{why ?? (value ? `Comes to ${money(value)} at its price, without commission.` : 'Trades at what the market gives.')}</p>
            <button type="submit" className={`whole ${draft.side === 'Buy' ? 'go' : 'danger'}`} disabled={why !== null}>Review the order</button>
            {placed && <p className="note whole" role="status">{placed.instrument}: {statusWords(placed.status)}. <Link to={`/orders?account=${encodeURIComponent(placed.account)}&order=${encodeURIComponent(placed.orderId)}`}>Its timeline</Link></p>}
          </form>
        )}
      </Panel>
      {reviewing && (
        <Review
          draft={reviewing}
          place={async () => {
            setPlaced(await place(commandOf(reviewing)));
            set({ quantity: '' });
          }}
          onClose={() => setReviewing(null)}
        />
      )}
    </>
  );
}

const titled = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

function Figure({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return <label>{label}<input value={value} onChange={event => onChange(event.target.value)} inputMode="decimal" autoComplete="off" className="n" /></label>;
}

function Review({ draft, place, onClose }: { draft: Draft; place: () => Promise<void>; onClose: () => void }) {
  const queries = useQueryClient();
  const value = worth(draft);
  const run = async () => {
    await place();
    await queries.invalidateQueries({ queryKey: ['orders'] });
  };
  return (
    <Confirm title="Send this order?" action={`${draft.side} ${figure(draft.quantity)}`} tone={draft.side === 'Buy' ? 'go' : 'danger'} run={run} onClose={onClose}>
      <Facts
        className="rows"
        of={[
          ['Order', <span key="order"><span className={sideTone(draft.side)}>{draft.side}</span> {figure(draft.quantity)} {draft.instrument}</span>],
          ['Account', draft.account],
          ['Type', typeNames[draft.type]],
          ...priceFields[draft.type].map((field): [string, string] => [titled(names[field]), draft[field]]),
          draft.takeProfit.trim() !== '' && ['Take profit', draft.takeProfit],
          draft.stopLoss.trim() !== '' && ['Stop loss', draft.stopLoss],
          (draft.reduceOnly || draft.postOnly) && ['Only', [draft.reduceOnly && 'reduces', draft.postOnly && 'posts'].filter(Boolean).join(', ')],
          value !== null && ['Comes to', money(value)],
        ]}
      />
    </Confirm>
  );
}
