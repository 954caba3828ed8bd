import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../api/attempt';
import type { OrderState } from '../api/contracts';
import { accounts, limits, portfolio, positions } from '../api/queries';
import { usePrice } from '../api/prices';
import { pathOfOrder } from '../orders/names';
import { Confirm } from '../parts/Confirm';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { sideTone, statusWords } from '../parts/words';
import { Link } from '../shell/Link';
import { algorithms, commandOf, type Draft, figure, type Mode, names, type OrderType, pathOf, priceFields, types, whyNot } from './order';
import { preview } from './preview';

const typeNames: Record<OrderType, string> = { Market: 'Market', Limit: 'Limit', Stop: 'Stop', StopLimit: 'Stop limit', TrailingStop: 'Trailing stop' };
const lifetimes: Record<Draft['timeInForce'], string> = { '': 'As the venue takes it', Gtc: 'Until canceled', Day: 'Day', Ioc: 'Immediate or cancel', Fok: 'Fill or kill' };
const modes: Record<Mode, string> = { order: 'Order', exits: 'Exits', target: 'Target', worked: 'Worked' };
const modeWords: Record<Mode, string> = {
  order: '', exits: 'Two orders that close what is held, of which one cancels the other.', target: 'Brings the position to this many, whatever is held and works now; 0 closes it.',
  worked: 'In slices, each of which risk is asked for when it is due.',
};
const algorithmNames = { Twap: 'TWAP', Vwap: 'VWAP', Iceberg: 'Iceberg' };

/** Of what was placed: an order, the orders of a target, or one that is worked. */
type Placed = OrderState | { orders: OrderState[] } | { executionId: string; instrument: string };

type Properties = { draft: Draft; onChange: (part: Partial<Draft>) => void };

/** An order of one's own for an account at a venue, with its exits. Risk has its say when it is sent. */
export function Ticket({ draft, onChange: set }: Properties) {
  const read = useQuery(accounts);
  const [reviewing, setReviewing] = useState<{ draft: Draft; command: Record<string, unknown> } | null>(null);
  const [placed, setPlaced] = useState<Placed | null>(null);
  const place = { order: useAttempt<Placed>('/api/v1/orders'), target: useAttempt<Placed>('/api/v1/positions/target'), worked: useAttempt<Placed>('/api/v1/executions') };
  const why = whyNot(draft);
  const isWorked = draft.mode === 'worked';
  return (
    <>
      <Panel title="Order ticket" of={read} empty={all => all.length === 0 && 'No account at a venue is configured: orders of your own need one.'}>
        {all => (
          <form
            className="ticket"
            onSubmit={event => {
              event.preventDefault();
              if (!why) setReviewing({ draft, command: commandOf(draft, Date.now()) });
            }}
          >
            <div className="modes whole" role="group" aria-label="What is asked for">
              {(Object.keys(modes) as Mode[]).map(mode => <button key={mode} type="button" aria-pressed={draft.mode === mode} onClick={() => set({ mode })}>{modes[mode]}</button>)}
            </div>
            {draft.mode !== 'target' && (
              <div className="sides" role="group" aria-label="Side">
                {(['Buy', 'Sell'] as const).map(side => (
                  <button key={side} type="button" className={side.toLowerCase()} aria-pressed={draft.side === side} onClick={() => set({ side })}>{side}</button>
                ))}
              </div>
            )}
            <label>Account<select value={draft.account} onChange={event => set({ account: event.target.value })}>{all.map(each => <option key={each.account} value={each.account}>{each.account} at {each.venue}</option>)}</select></label>
            <label>Instrument<input value={draft.instrument} onChange={event => set({ instrument: event.target.value })} spellCheck={false} autoCapitalize="characters" autoComplete="off" /></label>
            {draft.mode === 'order' && <label>Type<select value={draft.type} onChange={event => set({ type: event.target.value as OrderType })}>{types.map(type => <option key={type} value={type}>{typeNames[type]}</option>)}</select></label>}
            {isWorked && <label>How<select value={draft.algorithm} onChange={event => set({ algorithm: event.target.value as Draft['algorithm'] })}>{algorithms.map(name => <option key={name} value={name}>{algorithmNames[name]}</option>)}</select></label>}
            <Figure label={draft.mode === 'target' ? 'Target position' : 'Quantity'} value={draft.quantity} onChange={quantity => set({ quantity })} />
            {draft.mode === 'order' && priceFields[draft.type].map(field => <Figure key={field} label={`${titled(names[field])}${field === 'trailBy' ? ' by' : ' price'}`} value={draft[field]} onChange={text => set({ [field]: text })} />)}
            {isWorked && (
              <>
                <Figure label="Limit price" value={draft.limitPrice} onChange={limitPrice => set({ limitPrice })} />
                {draft.algorithm === 'Iceberg'
                  ? <Figure label="Shown at a time" value={draft.display} onChange={display => set({ display })} />
                  : <><Figure label="Within, minutes" value={draft.minutes} onChange={minutes => set({ minutes })} /><Figure label="Slices" value={draft.slices} onChange={slices => set({ slices })} /></>}
              </>
            )}
            {draft.mode === 'order' && (
              <label>Time in force<select value={draft.timeInForce} onChange={event => set({ timeInForce: event.target.value as Draft['timeInForce'] })}>
                {(Object.keys(lifetimes) as Draft['timeInForce'][]).map(name => <option key={name} value={name}>{lifetimes[name]}</option>)}
              </select></label>
            )}
            {(draft.mode === 'order' || draft.mode === 'exits') && (
              <>
                <Figure label="Take profit at" value={draft.takeProfit} onChange={takeProfit => set({ takeProfit })} />
                <Figure label="Stop loss at" value={draft.stopLoss} onChange={stopLoss => set({ stopLoss })} />
              </>
            )}
            {draft.mode === 'order' && (
              <>
                <label className="check"><input type="checkbox" checked={draft.reduceOnly} onChange={event => set({ reduceOnly: event.target.checked })} />Reduce only</label>
                <label className="check"><input type="checkbox" checked={draft.postOnly} onChange={event => set({ postOnly: event.target.checked })} />Post only</label>
              </>
            )}
            {draft.mode === 'order' || draft.mode === 'exits' ? <Preview draft={draft} /> : null}
            {(why ?? modeWords[draft.mode]) !== '' && <p className="note whole">{why ?? modeWords[draft.mode]}</p>}
            <button type="submit" className={`whole ${draft.mode === 'target' ? 'main' : draft.side === 'Buy' ? 'go' : 'danger'}`} disabled={why !== null}>Review the order</button>
            {placed && <Outcome of={placed} />}
          </form>
        )}
      </Panel>
      {reviewing && (
        <Review
          draft={reviewing.draft}
          place={async () => {
            const to = pathOf(reviewing.draft);
            setPlaced(await (to === '/api/v1/orders' ? place.order : to === '/api/v1/executions' ? place.worked : place.target)(reviewing.command));
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

function usePreview(draft: Draft) {
  const isNamed = draft.account !== '';
  const detail = useQuery({ ...portfolio(draft.account), enabled: isNamed }).data;
  const held = useQuery({ ...positions(draft.account), enabled: isNamed }).data;
  const bounds = useQuery({ ...limits(draft.account), enabled: isNamed }).data;
  // Accounts at venues trade at prices of now, whatever replays say.
  const heard = usePrice(draft.instrument, 'live');
  const last = heard ? String(heard.price) : held?.find(each => each.instrument === draft.instrument.trim())?.lastPrice ?? null;
  return preview(draft.mode === 'exits' ? { ...draft, limitPrice: draft.takeProfit } : draft, { detail, positions: held, limits: bounds, last });
}

function Preview({ draft }: { draft: Draft }) {
  const lines = usePreview(draft);
  if (lines.length === 0) return null;

  return <div className="whole preview" aria-label="What it would come to"><Facts className="rows" of={lines.map(({ name, value, isOver }) => [name, isOver ? `${value} – over` : value, isOver ? 'bad' : ''])} /></div>;
}

function Outcome({ of }: { of: Placed }) {
  const orders = 'orders' in of ? of.orders : 'orderId' in of ? [of] : null;
  if (orders === null) return <p className="note whole" role="status">{'instrument' in of && of.instrument}: it is being worked. <Link to="/orders">Orders</Link></p>;
  if (orders.length === 0) return <p className="note whole" role="status">Nothing was sent: what is held and works comes to the target.</p>;

  return orders.map(order => (
    <p key={order.orderId} className="note whole" role="status">
      {order.instrument}: {statusWords(order.status)}. <Link to={pathOfOrder(order)}>Its timeline</Link>
    </p>
  ));
}

function Review({ draft, place, onClose }: { draft: Draft; place: () => Promise<void>; onClose: () => void }) {
  const queries = useQueryClient();
  const lines = usePreview(draft);
  const run = async () => {
    await place();
    await Promise.all([queries.invalidateQueries({ queryKey: ['orders'] }), queries.invalidateQueries({ queryKey: ['executions'] })]);
  };
  const { mode, side } = draft;
  const action = mode === 'target' ? `Go to ${draft.quantity.trim()}` : mode === 'exits' ? `${side} ${figure(draft.quantity)}, one of two` : `${side} ${figure(draft.quantity)}`;
  return (
    <Confirm title="Send this order?" action={action} tone={mode === 'target' || side === 'Buy' ? 'go' : 'danger'} run={run} onClose={onClose}>
      <Facts
        className="rows"
        of={[
          ['Order', mode === 'target' ? `${draft.instrument} to ${draft.quantity.trim()}` : <span key="order"><span className={sideTone(side)}>{side}</span> {figure(draft.quantity)} {draft.instrument}</span>],
          ['Account', draft.account],
          mode === 'order' && ['Type', typeNames[draft.type]],
          mode === 'order' && ['Time in force', lifetimes[draft.timeInForce]],
          mode === 'worked' && ['How', `${algorithmNames[draft.algorithm]}, ${draft.algorithm === 'Iceberg' ? `${draft.display} at a time` : `${draft.slices} slices in ${draft.minutes} minutes`}`],
          ...(mode === 'order' ? priceFields[draft.type].map((field): [string, string] => [titled(names[field]), draft[field]]) : []),
          mode === 'worked' && draft.limitPrice.trim() !== '' && ['Limit', draft.limitPrice],
          (mode === 'order' || mode === 'exits') && draft.takeProfit.trim() !== '' && ['Take profit', draft.takeProfit],
          (mode === 'order' || mode === 'exits') && draft.stopLoss.trim() !== '' && ['Stop loss', draft.stopLoss],
          mode === 'order' && (draft.reduceOnly || draft.postOnly) && ['Only', [draft.reduceOnly && 'reduces', draft.postOnly && 'posts'].filter(Boolean).join(', ')],
          ...(mode === 'order' ? lines.map(({ name, value, isOver }): [string, string, string] => [name, isOver ? `${value} – over` : value, isOver ? 'bad' : '']) : []),
        ]}
      />
    </Confirm>
  );
}
