import { useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { InstrumentTerms, LiveBars, LiveFill, Order, Signal } from '../api/contracts';
import { hear, useWanted } from '../api/live';
import { usePrices } from '../api/prices';
import { accounts, asked, bars, corporateActions, instruments, openOrders, orderEvents, raisedOn, sessions, signals } from '../api/queries';
import { quantity, quoted, symbolOf } from '../figures/format';
import { timeframes } from '../figures/timeframes';
import { ChangeOrder } from '../orders/ChangeOrder';
import { isOfSession, pathOfOrder, sessionOf } from '../orders/names';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Ending, OrderPill, sideTone } from '../parts/words';
import { Link } from '../shell/Link';
import { useRights } from '../shell/rights';
import { useChoice } from '../shell/route';
import { Candles, type PriceLine } from './Candles';
import { grown } from './grow';
import { indicators } from './indicators';
import { actionMarks, type Mark, orderMarks, signalMarks } from './marks';
import { atTick, blank, type Draft, figure, priceFields } from './order';
import { Ticket } from './Ticket';
import { Watchlist } from './Watchlist';
import { pricesOf } from './working';

const barsAtFirst = 1_500;
const mostBars = 24_000;
const mostLines = 12;
const mostMarks = 1_000;

/** What an instrument has done, what was made of it, and an order for it. */
export default function Chart() {
  usePrices();
  const known = useQuery(instruments);
  const all = useQuery(sessions);
  const venues = useQuery(accounts).data;
  const [wanted, choose] = useChoice('instrument');
  const [chosenFrame, chooseFrame] = useChoice('timeframe');
  const [chosenSession, chooseSession] = useChoice('session');
  const { mayTrade } = useRights();
  const [changed, setChanged] = useState<Partial<Draft>>({});
  const newest = all.data?.find(each => each.timeframe !== null);
  const session = chosenSession === 'all' ? undefined : all.data?.find(each => each.sessionId === chosenSession) ?? newest;
  const spoken = useQuery({ ...signals(session ? { session: session.sessionId } : {}, 1), enabled: wanted === undefined && !all.isPending });
  // What was spoken of last there, so that there is something to see.
  const instrument = wanted ?? (spoken.isPending ? undefined : spoken.data?.[0]?.instrument ?? known.data?.[0]?.id);
  const terms = known.data?.find(each => each.id === instrument);
  const timeframe = chosenFrame ?? session?.timeframe ?? '1d';
  const account = changed.account ?? venues?.[0]?.account ?? '';
  const venue = venues?.find(each => each.account === account)?.venue;
  const draft: Draft = { ...blank, instrument: venue && instrument ? `${symbolOf(instrument)}.${venue}` : '', ...changed, account };
  const change = (part: Partial<Draft>) =>
    setChanged(({ instrument: typed, ...rest }) => ({ ...rest, ...('account' in part || typed === undefined ? {} : { instrument: typed }), ...part }));
  const show = (id: string | undefined) => {
    choose(id);
    // A price of another instrument is no price of this one.
    setChanged(({ account: same, mode }) => ({ ...(same ? { account: same } : {}), ...(mode ? { mode } : {}) }));
  };
  return (
    <div className="screen">
      <div className="span-8 wide-too stack">
        <div className="chips" role="group" aria-label="What is shown">
          <Pick name="Instrument" value={instrument ?? ''} of={[...new Set([...(instrument ? [instrument] : []), ...(known.data ?? []).map(each => each.id)])]} onPick={show} />
          <Pick name="Timeframe" value={timeframe} of={[...new Set([...timeframes, timeframe])]} onPick={chooseFrame} />
          <label>
            Bars of
            <select value={session?.sessionId ?? 'all'} onChange={event => chooseSession(event.target.value)}>
              <option value="all">all recordings</option>
              {all.data?.map(({ sessionId }) => <option key={sessionId}>{sessionId}</option>)}
            </select>
          </label>
        </div>
        {instrument && !all.isPending
          ? <Price key={`${instrument} ${timeframe} ${session?.sessionId}`} instrument={instrument} timeframe={timeframe} session={session?.sessionId} terms={terms} draft={mayTrade ? draft : null} onChange={change} />
          : <Panel title="Chart" of={known} empty={ids => ids.length === 0 && 'No instrument is known yet. Start a session with ./run.'}>{() => <div className="canvas" />}</Panel>}
      </div>
      <div className="span-4 wide-too stack">
        <Watchlist known={known} session={session?.sessionId} chosen={instrument} onChoose={show} />
        {mayTrade && <Ticket draft={draft} onChange={change} />}
        {instrument && <Working instrument={instrument} session={session?.sessionId} />}
      </div>
    </div>
  );
}

function Pick({ name, value, of, onPick }: { name: string; value: string; of: string[]; onPick: (value: string) => void }) {
  return <label>{name}<select value={value} onChange={event => onPick(event.target.value)}>{of.map(each => <option key={each}>{each}</option>)}</select></label>;
}

type Shown = { instrument: string; timeframe: string; session: string | undefined; terms: InstrumentTerms | undefined; draft: Draft | null; onChange: (part: Partial<Draft>) => void };

function Price({ instrument, timeframe, session, terms, draft, onChange }: Shown) {
  const [limit, setLimit] = useState(barsAtFirst);
  const read = useQuery(bars(instrument, timeframe, session, limit));
  // Until there are more of them, or where they cannot be had, those that were read last.
  const last = useRef(read);
  if (read.data) last.current = read;
  const { data: known, dataUpdatedAt } = last.current;
  const marks = useMarks(instrument, timeframe, session);
  const [overlays, setOverlays] = useOverlays();
  const [moved, setMoved] = useState<{ order: Order; price: string } | null>(null);
  const lines = useLines(instrument, session, terms, draft, onChange, setMoved);
  const { rows, heardAt } = useLiveBars(instrument, timeframe, session);
  const data = useMemo(() => known && grown(known, rows), [known, rows]);
  const hasOlder = limit < mostBars && read.data?.close.length === limit;
  return (
    <Panel
      title={instrument}
      of={{ ...read, data, dataUpdatedAt: Math.max(dataUpdatedAt, heardAt) }}
      className="chart"
      count={({ close }) => `${timeframe}, last ${quoted(close.at(-1))}`}
      empty={({ close }) => close.length === 0 && `There are no bars of ${timeframe}.`}
      actions={
        <details className="picker">
          <summary>Indicators{overlays.length > 0 && ` (${overlays.length})`}</summary>
          <div className="menu" role="group" aria-label="Indicators">
            {indicators.map(({ id, name }) => (
              <label key={id} className="check">
                <input type="checkbox" checked={overlays.includes(id)} onChange={event => setOverlays(event.target.checked ? [...overlays, id] : overlays.filter(each => each !== id))} />{name}
              </label>
            ))}
          </div>
        </details>
      }
    >
      {of => (
        <>
          <Candles of={of} timeframe={timeframe} marks={marks} indicators={overlays} lines={lines} {...(hasOlder ? { onOldest: () => setLimit(2 * limit) } : {})} />
          {moved && <ChangeOrder order={moved.order} price={moved.price} onClose={() => setMoved(null)} />}
        </>
      )}
    </Panel>
  );
}

const overlaysKey = 'algostack-indicators';

function useOverlays(): [string[], (next: string[]) => void] {
  const [shown, setShown] = useState(() => (localStorage.getItem(overlaysKey) ?? 'sma50').split(' ').filter(Boolean));
  return [
    shown,
    next => {
      localStorage.setItem(overlaysKey, next.join(' '));
      setShown(next);
    },
  ];
}

const mostRows = 500;

/** The bars that have closed since the chart was opened, as they close. A reading that began before one of them does not take it away again. */
function useLiveBars(instrument: string, timeframe: string, session: string | undefined): { rows: LiveBars['rows']; heardAt: number } {
  useWanted({ id: 'bars', kinds: ['bars'], instruments: [instrument], ...(session ? { session } : {}) });
  const [heard, setHeard] = useState<{ rows: LiveBars['rows']; heardAt: number }>({ rows: [], heardAt: 0 });
  useEffect(() => {
    const rows: LiveBars['rows'] = [];
    let painting = 0;
    const stop = hear<LiveBars>('bars', told => {
      if (told.instrument !== instrument || told.timeframe !== timeframe || (session && told.sessionId !== session)) return;

      rows.push(...told.rows);
      painting ||= requestAnimationFrame(() => {
        painting = 0;
        const next = rows.splice(0);
        setHeard(former => ({ rows: [...former.rows, ...next].slice(-mostRows), heardAt: Date.now() }));
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(painting);
    };
  }, [instrument, timeframe, session]);
  return heard;
}

/** What was made of the instrument: read once, and then as it is told. */
function useMarks(instrument: string, timeframe: string, session: string | undefined): Mark[] {
  const raised = useQuery(raisedOn(instrument, session)).data;
  const own = useQuery(asked(session)).data;
  const everybodys = useQuery(asked(undefined)).data;
  const actions = useQuery(corporateActions).data;
  const [told, setTold] = useState<Mark[]>([]);
  useEffect(() => {
    const add = (mark: Mark) => setTold(former => [...former.slice(-mostMarks), mark]);
    const stops = [
      hear<Signal>('signals', signal => {
        if (signal.instrument === instrument && (!session || signal.sessionId === session)) for (const mark of signalMarks([signal], timeframe)) add(mark);
      }),
      hear<LiveFill>('fills', fill => {
        if (symbolOf(fill.instrument) === symbolOf(instrument) && isOfSession(fill.account, session)) add({ at: Date.parse(fill.at), kind: fill.side === 'Buy' ? 'bought' : 'sold' });
      }),
    ];
    return () => stops.forEach(stop => stop());
  }, [instrument, timeframe, session]);
  return useMemo(() => {
    const orders = [...(own ?? []), ...(everybodys ?? []).filter(order => isOfSession(order.account, session))];
    const all = [...signalMarks(raised ?? [], timeframe), ...orderMarks(orders, instrument), ...actionMarks(actions ?? [], instrument), ...told];
    return [...new Map(all.map(mark => [`${mark.at} ${mark.kind}`, mark])).values()];
  }, [raised, own, everybodys, actions, told, instrument, timeframe, session]);
}

const isOfChart = (order: Order, instrument: string, session: string | undefined): boolean =>
  symbolOf(order.instrument) === symbolOf(instrument) && [null, session].includes(sessionOf(order.account));

/** Prices of the order that is being written, and of those that work. */
function useLines(instrument: string, session: string | undefined, terms: InstrumentTerms | undefined, draft: Draft | null, onChange: (part: Partial<Draft>) => void, onMoved: (moved: { order: Order; price: string }) => void): PriceLine[] {
  const working = useQuery(openOrders).data;
  const open = useMemo(() => (working ?? []).filter(order => isOfChart(order, instrument, session)).slice(0, mostLines), [working, instrument, session]);
  const told = useQueries({ queries: open.map(order => orderEvents(order.orderId)), combine: reads => reads.map(read => read.data) });
  return useMemo(() => {
    const ofOrders = open.flatMap((order, i): PriceLine[] => {
      const { limitPrice, stopPrice } = pricesOf(told[i] ?? []);
      const price = stopPrice ?? limitPrice;
      if (price === null) return [];

      // Orders of a session are its engine's.
      const onMove = draft && sessionOf(order.account) === null ? (to: number) => onMoved({ order, price: atTick(to, terms?.tick) }) : undefined;
      return [{ id: order.orderId, price: Number(price), label: `${order.side} ${quantity(order.quantity)} ${order.type}`, tone: order.side === 'Buy' ? 'up' : 'down', ...(onMove ? { onMove } : {}) }];
    });
    if (!draft || (draft.mode !== 'order' && draft.mode !== 'exits')) return ofOrders;

    const fields = draft.mode === 'exits' ? (['takeProfit', 'stopLoss'] as const) : ([...priceFields[draft.type].filter(field => field !== 'trailBy'), 'takeProfit', 'stopLoss'] as const);
    const labels = { limitPrice: 'Limit', stopPrice: 'Stop', trailBy: '', takeProfit: 'Take profit', stopLoss: 'Stop loss' };
    const tones = { limitPrice: 'accent', stopPrice: 'accent', trailBy: 'accent', takeProfit: 'up', stopLoss: 'down' } as const;
    return [
      ...ofOrders,
      ...fields.flatMap((field): PriceLine[] => {
        const price = figure(draft[field]);
        return price === null ? [] : [{ id: `draft ${field}`, price: Number(price), label: labels[field], tone: tones[field], onMove: to => onChange({ [field]: atTick(to, terms?.tick) }) }];
      }),
    ];
  }, [open, told, draft?.mode, draft?.type, draft?.limitPrice, draft?.stopPrice, draft?.takeProfit, draft?.stopLoss, terms?.tick]);
}

const columns: Column<Order>[] = [
  { name: 'Order', cell: order => <Link to={pathOfOrder(order)}>{`${order.side} ${quantity(order.quantity)}`}</Link>, tone: order => sideTone(order.side) },
  { name: 'Type', cell: order => order.type },
  { name: 'Account', cell: order => <Ending of={order.account} /> },
  { name: 'Status', cell: order => <OrderPill status={order.status} reason={order.reason} /> },
];

/** Orders of the symbol that something can still come of. */
function Working({ instrument, session }: { instrument: string; session: string | undefined }) {
  const read = useQuery(openOrders);
  const of = (all: Order[]) => all.filter(order => isOfChart(order, instrument, session));
  return (
    <Panel title="Open orders" of={read} empty={all => of(all).length === 0 && `None of ${symbolOf(instrument)}.`}>
      {all => <Table label="Open orders" columns={columns} rows={of(all)} keyOf={order => order.orderId} />}
    </Panel>
  );
}
