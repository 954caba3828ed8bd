import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Execution, Order, OrderStatus } from '../api/contracts';
import { accounts, executions, type OrderFilter, orderOf, orders } from '../api/queries';
import { change } from '../api/request';
import { count, price, quantity } from '../figures/format';
import { Confirm } from '../parts/Confirm';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Ending, Minute, OrderPill, Pill, sideTone, statusWords } from '../parts/words';
import { useChoice } from '../shell/route';
import { useRights } from '../shell/rights';
import { CancelAll } from './CancelOrder';
import { download } from './csv';
import { OrderDrawer } from './OrderDrawer';

const page = 200;
const most = 1_000;
const statuses: OrderStatus[] = ['Unknown', 'Accepted', 'PartiallyFilled', 'Filled', 'Denied', 'Rejected', 'Canceled', 'Expired'];

const columns: Column<Order>[] = [
  { name: 'UTC', cell: order => <Minute at={order.requestedAt} /> },
  { name: 'Instrument', sort: order => order.instrument, cell: order => order.instrument },
  { name: 'Side', cell: order => order.side, tone: order => sideTone(order.side) },
  { name: 'Type', wide: true, cell: order => order.type },
  { name: 'Status', cell: order => <OrderPill status={order.status} reason={order.reason} /> },
  { name: 'Quantity', right: true, sort: order => Number(order.quantity), cell: order => quantity(order.quantity) },
  { name: 'Filled', right: true, cell: order => quantity(order.filled) },
  { name: 'Average', right: true, cell: order => price(order.averagePrice) },
  { name: 'Account', wide: true, cell: order => <Ending of={order.account} /> },
  { name: 'Strategy', wide: true, cell: order => order.strategy },
  { name: 'Reason', wide: true, cell: order => <span className="reason" title={order.reason ?? ''}>{order.reason ?? order.code ?? ''}</span> },
];

/** Every order, newest first, and each with all that happened to it. */
export default function Orders() {
  const [account, setAccount] = useChoice('account');
  const [status, setStatus] = useChoice('status');
  const [text, setText] = useState('');
  const [openId, setOpenId] = useChoice('order');
  const [limit, setLimit] = useState(page);
  const [after, setAfter] = useState<string>();
  const [cancelingAll, setCancelingAll] = useState(false);
  const { mayTrade } = useRights();
  const filter: OrderFilter = { ...(account ? { account } : {}), ...(status ? { status } : {}), ...(after ? { after } : {}) };
  const read = useQuery(orders(filter, limit));
  const venues = useQuery(accounts).data ?? [];
  const shown = (all: Order[]) =>
    all.filter(order => `${order.instrument} ${order.strategy} ${order.orderId}`.toLowerCase().includes(text.toLowerCase()));
  const listed = read.data?.find(order => order.orderId === openId);
  // An order that somebody was sent to may be an old one.
  const alone = useQuery({ ...orderOf(openId ?? ''), enabled: openId !== undefined && !listed && !read.isPending });
  const found = listed ?? alone.data;
  const go = (from: string | undefined) => {
    setAfter(from);
    setLimit(page);
  };
  const narrow = (choose: (value: string | undefined) => void, to: string) => {
    go(undefined);
    choose(to || undefined);
  };
  const names = [...new Set([...venues.map(venue => venue.account), ...(account ? [account] : []), ...(read.data ?? []).map(order => order.account)])];
  const atVenue = venues.some(venue => venue.account === account);
  return (
    <div className="stack">
      <div className="chips" role="group" aria-label="Filter">
        <label>
          Account
          <select value={account ?? ''} onChange={event => narrow(setAccount, event.target.value)}>
            <option value="">All</option>
            {names.map(name => <option key={name}>{name}</option>)}
          </select>
        </label>
        <label>
          Status
          <select value={status ?? ''} onChange={event => narrow(setStatus, event.target.value)}>
            <option value="">All</option>
            <option value="open">Open</option>
            {statuses.map(name => <option key={name} value={name}>{statusWords(name)}</option>)}
          </select>
        </label>
        <label>Find<input type="search" value={text} onChange={event => setText(event.target.value)} placeholder="Instrument, strategy, id" /></label>
      </div>
      <InDoubt onShow={() => narrow(setStatus, 'Unknown')} />
      <Panel
        title="Orders"
        of={read}
        className="tall"
        count={all => `${count(shown(all).length)} of ${after ? `${count(all.length)} older ones` : `the newest ${count(all.length)}`}`}
        empty={all => shown(all).length === 0 && (all.length === 0 && !status && !after ? 'No orders yet.' : 'None of these orders is like that.')}
        actions={
          <>
            {after && <button type="button" onClick={() => go(undefined)}>Newest ones</button>}
            {mayTrade && account && atVenue && <button type="button" onClick={() => setCancelingAll(true)}>Cancel all of {account}</button>}
            <button type="button" disabled={!read.data} onClick={() => download('orders.csv', shown(read.data ?? []))}>CSV</button>
          </>
        }
      >
        {all => (
          <>
            <Table label="Orders" columns={columns} rows={shown(all)} keyOf={order => order.orderId} onOpen={order => setOpenId(order.orderId)} />
            {all.length === limit && (
              <p className="more"><button type="button" onClick={() => (limit < most ? setLimit(Math.min(most, limit + page)) : go(all.at(-1)?.orderId))} disabled={read.isFetching}>Older ones</button></p>
            )}
          </>
        )}
      </Panel>
      <Worked />
      {openId && !found && !alone.isLoading && (alone.isError || alone.data === null) && <p className="note" role="status">The order that was asked for cannot be shown: {alone.error?.message ?? 'it is not in the blotter yet.'}</p>}
      {found && <OrderDrawer order={found} onClose={() => setOpenId(undefined)} />}
      {cancelingAll && account && <CancelAll account={account} onClose={() => setCancelingAll(false)} />}
    </div>
  );
}

const workedColumns: Column<Execution>[] = [
  { name: 'UTC', cell: each => <Minute at={each.requestedAt} /> },
  { name: 'Instrument', cell: each => each.instrument },
  { name: 'Side', cell: each => each.side, tone: each => sideTone(each.side) },
  { name: 'How', cell: each => each.algorithm },
  { name: 'Status', cell: each => <Pill tone={each.status === 'Ended' ? (each.code === 'filled' ? 'good' : 'warn') : 'info'} title={each.reason ?? undefined}>{each.status === 'Ended' && each.code ? each.code.replaceAll('_', ' ') : each.status}</Pill> },
  { name: 'Traded', right: true, cell: each => `${quantity(each.traded)} of ${quantity(each.quantity)}` },
  { name: 'Average', right: true, wide: true, cell: each => price(each.averagePrice) },
  { name: 'Account', wide: true, cell: each => each.account },
];

/** Orders that are worked in slices. */
function Worked() {
  const read = useQuery(executions);
  const { mayTrade } = useRights();
  const [ending, setEnding] = useState<Execution | null>(null);
  const queries = useQueryClient();
  const end = async (id: string) => {
    await change('DELETE', `/api/v1/executions/${encodeURIComponent(id)}`);
    await Promise.all([queries.invalidateQueries({ queryKey: executions.queryKey }), queries.invalidateQueries({ queryKey: ['orders'] })]);
  };
  if (read.data?.length === 0) return null;

  return (
    <Panel title="Worked in slices" of={read} className="short-list">
      {all => (
        <>
          <Table
            label="Worked in slices"
            columns={mayTrade ? [...workedColumns, { name: 'End', cell: each => each.status === 'Working' && <button type="button" className="small" aria-label={`End ${each.instrument}`} onClick={() => setEnding(each)}>End</button> }] : workedColumns}
            rows={all}
            keyOf={each => each.executionId}
          />
          {ending && (
            <Confirm title={`End the ${ending.algorithm} of ${ending.instrument}`} action="End it" run={() => end(ending.executionId)} onClose={() => setEnding(null)}>
              <p>What works of it is taken back; what has traded, {quantity(ending.traded)} of {quantity(ending.quantity)}, stays.</p>
            </Confirm>
          )}
        </>
      )}
    </Panel>
  );
}

/** Orders of which nobody knows whether they are at their venue: they come first, whatever else is shown. */
function InDoubt({ onShow }: { onShow: () => void }) {
  const { data: doubtful = [], isError, error } = useQuery(orders({ status: 'Unknown' }, page));
  if (isError) return <p className="banner" role="alert">Whether an order is in doubt is not known: {error.message}</p>;
  if (doubtful.length === 0) return null;

  return (
    <p className="banner" role="alert">
      {doubtful.length === 1 ? 'One order is' : `${doubtful.length} orders are`} in doubt: the venue may or may not have {doubtful.length === 1 ? 'it' : 'them'}.{' '}
      <button type="button" className="link" onClick={onShow}>Show</button>
    </p>
  );
}
