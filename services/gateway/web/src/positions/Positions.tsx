import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import type { Exposure, Fill, Portfolio, PortfolioTrade, Position } from '../api/contracts';
import type { Decimal } from '../api/exactJson';
import { usePrice, usePrices } from '../api/prices';
import { closedTrades, fills, lots, portfolio as portfolioOf, portfolios, positions, sessions, statistics } from '../api/queries';
import { multiply, ratio, sign, subtract } from '../figures/decimal';
import { count, money, percent, price, quantity, ratioOf, signedMoney, signedPercent, utc } from '../figures/format';
import { sessionOf } from '../orders/names';
import { Facts } from '../parts/Facts';
import { Meter } from '../parts/Meter';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Ticking } from '../parts/Ticking';
import { gainTone, Minute, sideTone } from '../parts/words';
import { Link } from '../shell/Link';
import { useRights } from '../shell/rights';
import { useChoice } from '../shell/route';
import { Calendar } from './Calendar';
import { CloseAll, ClosePosition } from './ClosePositions';
import { EquityCurve } from './EquityCurve';
import { mainOf } from './main';
import { Reconciliation } from './Reconciliation';

const mostBars = 10;

/** What is held, what it is worth, and whether the venues agree. */
export default function Positions() {
  usePrices();
  const read = useQuery(portfolios);
  const [wanted, choose] = useChoice('portfolio');
  const newest = useQuery(sessions).data?.[0]?.sessionId;
  const chosen = read.data?.find(each => each.portfolio === wanted) ?? (read.data && mainOf(read.data, newest));
  return (
    <div className="stack">
      <Reconciliation />
      <Panel
        title="Portfolio"
        of={read}
        empty={all => all.length === 0 && 'No portfolio yet. Start a session with ./run, or configure an account.'}
        actions={
          chosen && (
            <select aria-label="Portfolio" value={chosen.portfolio} onChange={event => choose(event.target.value)}>
              {read.data?.map(({ portfolio: id, venue }) => <option key={id} value={id}>{venue ? `${id} at ${venue}` : id}</option>)}
            </select>
          )
        }
      >
        {() => chosen && <Balances of={chosen} />}
      </Panel>
      {chosen && <Held key={chosen.portfolio} id={chosen.portfolio} balances={chosen.balances} isAtVenue={chosen.venue !== null} />}
    </div>
  );
}

function Balances({ of }: { of: Portfolio }) {
  return of.balances.map(({ currency, equity, opening, cash, realizedPnl, commission }) => {
    const gain = subtract(equity, opening);
    return (
      <Facts
        key={currency}
        className="figures"
        of={[
          [`Equity, ${currency}`, money(equity)],
          ['Profit and loss', `${signedMoney(gain)} (${signedPercent(ratio(gain, opening))})`, gainTone(gain)],
          ['Cash', money(cash)],
          ['Realized', signedMoney(realizedPnl), gainTone(realizedPnl)],
          ['Commission', money(commission)],
          ['Valued, UTC', of.asOf ? utc(of.asOf).slice(0, 16) : '–'],
        ]}
      />
    );
  });
}

const isHeld = ({ quantity: held }: Position): boolean => sign(held) !== 0;

const columns: Column<Position>[] = [
  { name: 'Instrument', sort: each => each.instrument, cell: each => <Link to={`/chart?instrument=${encodeURIComponent(each.instrument)}`}>{each.instrument}</Link> },
  { name: 'Quantity', right: true, sort: each => Number(each.quantity), cell: each => quantity(each.quantity) },
  { name: 'Average', right: true, wide: true, cell: each => (isHeld(each) ? price(each.averagePrice) : '–') },
  { name: 'Last', right: true, cell: each => <Last of={each} /> },
  { name: 'Unrealized', right: true, sort: each => Number(each.unrealizedPnl), cell: each => <Unrealized of={each} /> },
  { name: 'Realized', right: true, sort: each => Number(each.realizedPnl), cell: each => signedMoney(each.realizedPnl), tone: each => gainTone(each.realizedPnl) },
  { name: 'Currency', wide: true, cell: each => <span className="dim">{each.currency}</span> },
  { name: 'Changed, UTC', right: true, wide: true, cell: each => <span className="dim">{utc(each.updatedAt).slice(0, 16)}</span> },
];

/** The price that was heard last, where it is newer than the books; else the books'. */
function useLast({ account, instrument, lastPrice, updatedAt }: Position): { last: Decimal | null; heardAt: number | null } {
  const heard = usePrice(instrument, sessionOf(account) ?? 'live');
  return heard && heard.at >= Date.parse(updatedAt) ? { last: String(heard.price), heardAt: heard.at } : { last: lastPrice, heardAt: null };
}

function Last({ of }: { of: Position }) {
  const { last, heardAt } = useLast(of);
  return <Ticking value={last === null ? undefined : Number(last)} title={heardAt === null ? `The books' of ${utc(of.updatedAt)} UTC` : `Of ${utc(heardAt)} UTC`}>{price(last)}</Ticking>;
}

function Unrealized({ of }: { of: Position }) {
  const { last, heardAt } = useLast(of);
  const gain = heardAt === null || last === null ? of.unrealizedPnl : multiply(subtract(last, of.averagePrice), of.quantity);
  return <span className={gainTone(gain)}>{signedMoney(gain)}</span>;
}

function Held({ id, balances, isAtVenue }: { id: string; balances: Portfolio['balances']; isAtVenue: boolean }) {
  const read = useQuery(positions(id));
  const { mayTrade } = useRights();
  const [closing, setClosing] = useState<Position | 'all' | null>(null);
  const open = (all: Position[]) => all.filter(isHeld).length;
  const mayClose = mayTrade && isAtVenue;
  const own: Column<Position>[] = mayClose
    ? [...columns, { name: 'Close', cell: each => isHeld(each) && <button type="button" className="small" aria-label={`Close ${each.instrument}`} onClick={() => setClosing(each)}>Close</button> }]
    : columns;
  return (
    <div className="screen">
      <div className="span-8 wide-too stack">
        <Panel
          title="Positions"
          of={read}
          className="short-list roomy"
          count={all => `${count(open(all))} open, ${count(all.length - open(all))} closed`}
          empty={all => all.length === 0 && 'Nothing was ever held here.'}
          actions={mayClose && read.data?.some(isHeld) && <button type="button" onClick={() => setClosing('all')}>Close all of {id}</button>}
        >
          {all => <Table label="Positions" columns={own} rows={[...all].sort((a, b) => Number(isHeld(b)) - Number(isHeld(a)))} keyOf={each => each.instrument} dim={each => !isHeld(each)} />}
        </Panel>
        <Lots id={id} />
        <Calendar id={id} balances={balances} />
        <Fills id={id} />
        <Closed id={id} />
        {closing === 'all' ? <CloseAll account={id} onClose={() => setClosing(null)} /> : closing && <ClosePosition position={closing} onClose={() => setClosing(null)} />}
      </div>
      <div className="span-4 wide-too stack">
        <EquityCurve id={id} balances={balances} />
        <Exposures id={id} />
        <HowItDid id={id} />
      </div>
    </div>
  );
}

function Exposures({ id }: { id: string }) {
  const read = useQuery(portfolioOf(id));
  const share = (value: Exposure['grossShare']) => (value === null ? '' : ` (${percent(value, 0)})`);
  return (
    <Panel title="Exposure" of={read} empty={({ exposures }) => exposures.length === 0 && 'Nothing is exposed.'}>
      {({ exposures }) =>
        exposures.map(({ currency, gross, net, grossShare, netShare, unrealizedPnl, instruments }) => (
          <Fragment key={currency}>
            <Facts
              className="rows"
              of={[
                [`Gross, ${currency}`, `${money(gross)}${share(grossShare)}`],
                [`Net, ${currency}`, `${money(net)}${share(netShare)}`],
                [`Unrealized, ${currency}`, signedMoney(unrealizedPnl), gainTone(unrealizedPnl)],
              ]}
            />
            <ul className="rows bars">
              {[...instruments].sort((a, b) => Math.abs(Number(b.value)) - Math.abs(Number(a.value))).slice(0, mostBars).map(({ instrument, value, share: part }) => (
                <li key={instrument}>
                  <span>{instrument}</span>
                  <Meter value={Number(gross) === 0 ? 0 : Math.abs(Number(value)) / Number(gross)} tone={Number(value) < 0 ? 'bad' : ''} />
                  <small className="n">{part === null ? money(value) : percent(part)}</small>
                </li>
              ))}
            </ul>
          </Fragment>
        ))
      }
    </Panel>
  );
}

type Lot = NonNullable<Position['lots']>[number] & { instrument: string; number: number };

const lotColumns: Column<Lot>[] = [
  { name: 'Opened, UTC', cell: each => <Minute at={each.openedAt} /> },
  { name: 'Instrument', sort: each => each.instrument, cell: each => each.instrument },
  { name: 'Quantity', right: true, cell: each => quantity(each.quantity) },
  { name: 'Price', right: true, cell: each => price(each.price) },
  { name: 'Commission', right: true, wide: true, cell: each => money(each.commission) },
];

/** What came in together and is still held. */
function Lots({ id }: { id: string }) {
  const read = useQuery(lots(id));
  const of = (all: Position[]): Lot[] => all.flatMap(({ instrument, lots: own }) => (own ?? []).map((lot, number) => ({ ...lot, instrument, number })));
  return (
    <Panel title="Lots" of={read} className="short-list" staleAfterMs={70_000} count={all => `${count(of(all).length)}, first in, first out`} empty={all => of(all).length === 0 && 'Nothing is held.'}>
      {all => <Table label="Lots" columns={lotColumns} rows={of(all)} keyOf={each => `${each.instrument} ${each.number}`} />}
    </Panel>
  );
}

const fillColumns: Column<Fill>[] = [
  { name: 'UTC', cell: each => <Minute at={each.at} /> },
  { name: 'Instrument', cell: each => each.instrument },
  { name: 'Side', cell: each => each.side, tone: each => sideTone(each.side) },
  { name: 'Quantity', right: true, cell: each => quantity(each.quantity) },
  { name: 'Price', right: true, cell: each => price(each.price) },
  { name: 'Commission', right: true, wide: true, cell: each => money(each.commission) },
  { name: 'Order', wide: true, cell: each => <Link to={`/orders?order=${encodeURIComponent(each.orderId)}`}>Timeline</Link> },
];

function Fills({ id }: { id: string }) {
  const read = useQuery(fills(id));
  return (
    <Panel title="Fills" of={read} className="short-list" count={all => `newest ${count(all.length)}`} empty={all => all.length === 0 && 'Nothing has traded yet.'}>
      {all => <Table label="Fills" columns={fillColumns} rows={all} keyOf={each => `${each.position} ${each.tradeId}`} />}
    </Panel>
  );
}

const tradeColumns: Column<PortfolioTrade>[] = [
  { name: 'Closed, UTC', cell: each => <Minute at={each.closedAt} /> },
  { name: 'Instrument', cell: each => each.instrument },
  { name: 'Side', cell: each => each.side, tone: each => sideTone(each.side) },
  { name: 'Quantity', right: true, wide: true, cell: each => quantity(each.quantity) },
  { name: 'Entry', right: true, wide: true, cell: each => price(each.entryPrice) },
  { name: 'Exit', right: true, wide: true, cell: each => price(each.exitPrice) },
  { name: 'P&L', right: true, sort: each => Number(each.profitAndLoss), cell: each => signedMoney(each.profitAndLoss), tone: each => gainTone(each.profitAndLoss) },
];

function Closed({ id }: { id: string }) {
  const read = useQuery(closedTrades(id));
  return (
    <Panel title="Closed trades" of={read} className="short-list" count={all => `newest ${count(all.length)}`} empty={all => all.length === 0 && 'Nothing was opened and closed again yet.'}>
      {all => <Table label="Closed trades" columns={tradeColumns} rows={all} keyOf={each => each.number} />}
    </Panel>
  );
}

function HowItDid({ id }: { id: string }) {
  const read = useQuery(statistics(id));
  return (
    <Panel title="Statistics" of={read} staleAfterMs={70_000} empty={all => all.every(each => each.trades === '0') && 'No trade was closed yet.'}>
      {all =>
        all.filter(each => each.trades !== '0').map(each => (
          <Facts
            key={each.currency}
            className="rows"
            of={[
              [`Return, ${each.currency}`, signedPercent(each.totalReturn), gainTone(each.totalReturn)],
              ['Trades', quantity(each.trades)],
              ['Won', percent(each.winRate)],
              ['Profit factor', ratioOf(each.profitFactor)],
              ['Sharpe', ratioOf(each.sharpe)],
              ['Sortino', ratioOf(each.sortino)],
              ['Largest drawdown', percent(each.maxDrawdown)],
              ['Turnover a year', ratioOf(each.activity?.turnover)],
            ]}
          />
        ))
      }
    </Panel>
  );
}
