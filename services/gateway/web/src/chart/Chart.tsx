import { useQuery } from '@tanstack/react-query';
import type { Order } from '../api/contracts';
import { bars, instruments, orders, sessions, signals } from '../api/queries';
import { measure, quantity } from '../figures/format';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { isOpen, OrderPill, sideTone } from '../parts/words';
import { Link } from '../shell/Link';
import { useChoice } from '../shell/route';
import { useRights } from '../shell/rights';
import { Candles } from './Candles';
import { fillMarks, signalMarks, symbolOf } from './marks';
import { Ticket } from './Ticket';

const timeframes = ['1m', '5m', '15m', '1h', '4h', '1d'];

/** What an instrument has done, what was made of it, and an order for it. */
export default function Chart() {
  const known = useQuery(instruments);
  const newest = useQuery(sessions).data?.find(each => each.timeframe !== null);
  const [wanted, choose] = useChoice('instrument');
  const [chosenFrame, chooseFrame] = useChoice('timeframe');
  const { mayTrade } = useRights();
  const instrument = wanted ?? known.data?.[0]?.id;
  const timeframe = chosenFrame ?? newest?.timeframe ?? '1d';
  return (
    <div className="screen">
      <div className="span-8 wide-too stack">
        <div className="chips" role="group" aria-label="What is shown">
          <label>
            Instrument
            <select value={instrument ?? ''} onChange={event => choose(event.target.value)}>
              {[...new Set([...(instrument ? [instrument] : []), ...(known.data ?? []).map(each => each.id)])].map(id => <option key={id}>{id}</option>)}
            </select>
          </label>
          <label>
            Timeframe
            <select value={timeframe} onChange={event => chooseFrame(event.target.value)}>
              {[...new Set([...timeframes, timeframe])].map(each => <option key={each}>{each}</option>)}
            </select>
          </label>
        </div>
        {instrument
          ? <Price key={`${instrument} ${timeframe}`} instrument={instrument} timeframe={timeframe} />
          : <Panel title="Chart" of={known} empty={all => all.length === 0 && 'No instrument is known yet. Start a session with ./run.'}>{() => null}</Panel>}
      </div>
      <div className="span-4 wide-too stack">
        {mayTrade && <Ticket key={instrument} symbol={instrument ? symbolOf(instrument) : ''} />}
        {instrument && <Working instrument={instrument} />}
      </div>
    </div>
  );
}

function Price({ instrument, timeframe }: { instrument: string; timeframe: string }) {
  const read = useQuery(bars(instrument, timeframe));
  const raised = useQuery(signals({ instrument }, 1_000)).data ?? [];
  const traded = useQuery(orders({ status: 'Filled' }, 1_000)).data ?? [];
  return (
    <Panel
      title={instrument}
      of={read}
      className="chart"
      count={({ close }) => `${timeframe}, last ${measure(close.at(-1), 8)}`}
      empty={({ close }) => close.length === 0 && `There are no bars of ${timeframe}.`}
    >
      {all => <Candles of={all} timeframe={timeframe} marks={[...signalMarks(raised, timeframe), ...fillMarks(traded, instrument)]} />}
    </Panel>
  );
}

const columns: Column<Order>[] = [
  { name: 'Order', cell: order => <Link to={`/orders?account=${encodeURIComponent(order.account)}&order=${encodeURIComponent(order.orderId)}`}>{`${order.side} ${quantity(order.quantity)}`}</Link>, tone: order => sideTone(order.side) },
  { name: 'Type', cell: order => order.type },
  { name: 'Account', cell: order => order.account },
  { name: 'Status', cell: order => <OrderPill status={order.status} reason={order.reason} /> },
];

/** Orders of the symbol that something can still come of. */
function Working({ instrument }: { instrument: string }) {
  const read = useQuery(orders({}, 200));
  const of = (all: Order[]) => all.filter(order => isOpen(order.status) && symbolOf(order.instrument) === symbolOf(instrument));
  return (
    <Panel title="Open orders" of={read} empty={all => of(all).length === 0 && `None of ${symbolOf(instrument)}.`}>
      {all => <Table label="Open orders" columns={columns} rows={of(all)} keyOf={order => order.orderId} />}
    </Panel>
  );
}
