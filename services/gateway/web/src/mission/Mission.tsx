import { useInfiniteQuery, type UseInfiniteQueryResult, useQueries, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Account, AccountLimits, Alert, Portfolio, PortfolioDetail, SessionStatus, TradingSwitch } from '../api/contracts';
import type { Decimal } from '../api/exactJson';
import { Problem } from '../api/problem';
import { accounts, alerts, equity, limits, portfolio, portfolios, positions, routingProgress, sessions, status, trading, urgentAlerts } from '../api/queries';
import { builtAt, release } from '../api/release';
import { daysOf, drawdownsOf } from '../figures/days';
import { absolute, compare, ratio, sign, subtract } from '../figures/decimal';
import { age, barTime, count, latency, money, none, percent, share, signedMoney, signedPercent, utc } from '../figures/format';
import { Curve } from '../parts/Curve';
import { Facts } from '../parts/Facts';
import { Meter } from '../parts/Meter';
import { useNow } from '../parts/now';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { together } from '../parts/together';
import { Ending, gainTone, Pill } from '../parts/words';
import { mainOf } from '../positions/main';
import { Link } from '../shell/Link';
import { useRights } from '../shell/rights';
import { SwitchDialog } from './KillSwitch';
import { lightsOf } from './lights';
import { stateWords } from './states';

/** Whether all is well, and what is not, on one screen. */
export default function Mission() {
  return (
    <div className="screen">
      <div className="span-12"><Headline /></div>
      <div className="span-8 wide-too stack">
        <Money />
        <Venues />
        <Alerts />
        <Sessions />
      </div>
      <div className="span-4 wide-too stack">
        <Switches />
        <Lights />
        <OpenRisk />
        <Services />
      </div>
    </div>
  );
}

/** The account that one trades on, or the newest session's, in a line of figures. */
function Headline() {
  const read = useQuery(portfolios);
  const newest = useQuery(sessions).data?.[0]?.sessionId;
  const shown = read.data && mainOf(read.data, newest);
  return (
    <Panel title={shown ? shown.portfolio : 'Account'} of={read} className="headline" count={() => shown && (shown.venue ?? 'paper account of a session')} empty={all => all.length === 0 && 'No portfolio yet. Start a session with ./run, or configure an account.'}>
      {() => shown && <Figures key={shown.portfolio} of={shown} />}
    </Panel>
  );
}

function Figures({ of }: { of: Portfolio }) {
  const balance = of.balances.find(each => each.equity !== each.opening) ?? of.balances[0];
  const valued = useQuery(equity(of.portfolio));
  const holding = useQuery(positions(of.portfolio));
  const coming = useQuery({ ...routingProgress(of.sessionId ?? ''), enabled: of.sessionId !== null });
  const detail = useQuery(portfolio(of.portfolio));
  const curve = valued.data?.filter(point => point.currency === balance?.currency) ?? [];
  const held = holding.data?.filter(each => sign(each.quantity) !== 0);
  const progress = coming.data;
  const exposure = detail.data?.exposures.find(each => each.currency === balance?.currency);
  // A session that has just begun is not routed yet.
  const isRouted = !(coming.error instanceof Problem && coming.error.status === 404);
  const failed = [valued, holding, detail, ...(isRouted ? [coming] : [])].find(each => each.isError);
  if (!balance) return <p className="nothing">Nothing was paid in yet.</p>;

  const gain = gainOf(balance);
  const day = daysOf(curve, balance.opening).at(-1);
  const deepest = Math.min(0, ...drawdownsOf(curve));
  return (
    <div className="head-figures">
      <Facts
        className="figures"
        of={[
          [`Equity, ${balance.currency}`, <span key="equity" className="large">{money(balance.equity)}</span>],
          ['Profit and loss', `${signedMoney(gain)} (${signedPercent(ratio(gain, balance.opening))})`, gainTone(gain)],
          day && [`Day, ${day.date}`, `${signedMoney(day.gain)} (${signedPercent(day.share)})`, gainTone(day.gain)],
          exposure && ['Unrealized', signedMoney(exposure.unrealizedPnl), gainTone(exposure.unrealizedPnl)],
          exposure && ['Gross exposure', exposure.grossShare === null ? money(exposure.gross) : `${percent(exposure.grossShare, 0)} of equity`],
          ['Cash', money(balance.cash)],
          ['Positions', count(held?.length)],
          ['Largest drawdown', valued.data ? share(-deepest, 1) : none],
          progress && ['Signals', count(progress.signals)],
          progress && ['Orders', progress.denied > 0 ? `${count(progress.intents)}, ${count(progress.denied)} denied` : count(progress.intents)],
          progress && ['Fills', count(progress.fills)],
          failed && ['Not all could be read', failed.error?.message, 'bad'],
        ]}
      />
      {curve.length > 1 && <Link to={`/positions?portfolio=${encodeURIComponent(of.portfolio)}`} className="spark"><Curve points={curve} opening={balance.opening} /></Link>}
    </div>
  );
}

type MoneyRow = { portfolio: Portfolio; balance: Portfolio['balances'][number] };

function Money() {
  const read = useQuery(portfolios);
  const columns: Column<MoneyRow>[] = [
    { name: 'Portfolio', cell: ({ portfolio: { portfolio: id } }) => <Link to={`/positions?portfolio=${encodeURIComponent(id)}`}><Ending of={id} /></Link> },
    { name: 'Venue', wide: true, cell: ({ portfolio: { venue } }) => venue ?? <span className="dim">–</span> },
    { name: 'Equity', right: true, cell: ({ balance }) => <><b>{money(balance.equity)}</b> <span className="dim">{balance.currency}</span></> },
    { name: 'Today', right: true, cell: row => (row.portfolio.venue ? <Today row={row} /> : <span className="dim" title="A session has its own time">–</span>) },
    { name: 'P&L', right: true, wide: true, cell: ({ balance }) => signedMoney(gainOf(balance)), tone: ({ balance }) => gainTone(gainOf(balance)) },
    { name: 'Return', right: true, wide: true, cell: ({ balance }) => signedPercent(ratio(gainOf(balance), balance.opening)), tone: ({ balance }) => gainTone(gainOf(balance)) },
    { name: 'Cash', right: true, wide: true, cell: ({ balance }) => money(balance.cash) },
    { name: 'As of, UTC', right: true, wide: true, cell: ({ portfolio: { asOf } }) => <span className="dim">{asOf ? utc(asOf).slice(0, 10) : '–'}</span> },
  ];
  return (
    <Panel title="Equity and profit" of={read} className="short-list rows-2" count={all => count(all.length)} empty={all => all.length === 0 && 'No portfolio yet. Start a session with ./run, or configure an account.'}>
      {all => (
        <Table
          label="Equity and profit"
          columns={columns}
          rows={[...all].sort(venuesFirst).flatMap(each => each.balances.map(balance => ({ portfolio: each, balance })))}
          keyOf={({ portfolio: { portfolio: id }, balance }) => `${id} ${balance.currency}`}
        />
      )}
    </Panel>
  );
}

const venuesFirst = (a: Portfolio, b: Portfolio): number => Number(b.venue !== null) - Number(a.venue !== null);

const gainOf = ({ equity: now, opening }: Portfolio['balances'][number]): Decimal => subtract(now, opening);

/** Since midnight UTC, what was paid in or out included. */
function Today({ row: { portfolio: { portfolio: id }, balance } }: { row: MoneyRow }) {
  const midnight = `${utc(useNow()).slice(0, 10)}T00:00:00Z`;
  const read = useQuery(equity(id, midnight));
  const first = read.data?.find(point => point.currency === balance.currency);
  if (read.isError) return <span className="bad" title={read.error.message}>not read</span>;
  if (!first) return <span className="dim" title={read.isPending ? 'It is being read' : 'Nothing was valued today'}>{read.isPending ? '…' : '–'}</span>;

  const gain = subtract(balance.equity, first.equity);
  return <span className={gainTone(gain)} title={`Since ${utc(first.at)} UTC, what was paid in or out included`}>{signedMoney(gain)}</span>;
}

function Venues() {
  const read = useQuery(accounts);
  const now = useNow();
  const columns: Column<Account>[] = [
    { name: 'Account', cell: ({ account }) => account },
    { name: 'Venue', wide: true, cell: ({ venue }) => venue },
    { name: 'Orders', cell: ({ isProven, gatedBecause }) => <Pill tone={isProven ? 'good' : 'bad'} title={gatedBecause ?? undefined}>{isProven ? 'may leave' : 'held back'}</Pill> },
    { name: 'Drifts', right: true, cell: ({ drifts }) => (drifts.length > 0 ? <Link to="/positions" className="down">{`${drifts.length} open`}</Link> : 'none') },
    { name: 'Compared', right: true, cell: ({ reconciledAt }) => (reconciledAt ? `${age(now - Date.parse(reconciledAt))} ago` : 'never') },
    { name: 'Why', wide: true, cell: ({ gatedBecause }) => <span className="reason" title={gatedBecause ?? ''}>{gatedBecause ?? ''}</span> },
  ];
  return (
    <Panel title="Accounts at venues" of={read} className="rows-2" count={all => count(all.length)} empty={all => all.length === 0 && 'No account at a venue is configured: sessions trade on paper accounts of their own.'}>
      {all => <Table label="Accounts at venues" columns={columns} rows={all} keyOf={row => row.account} />}
    </Panel>
  );
}

const sessionTones: Record<SessionStatus['state'], string> = { starting: 'warn', running: 'info', completed: 'good', failed: 'bad' };

/** Bars a second between the last two readings. */
function useSpeeds(read: { data: SessionStatus[] | undefined; dataUpdatedAt: number }): Map<string, number> {
  const former = useRef<{ at: number; bars: Map<string, number>; speeds: Map<string, number> }>({ at: 0, bars: new Map(), speeds: new Map() });
  const { at, bars } = former.current;
  if (read.data && read.dataUpdatedAt > at) {
    const seconds = (read.dataUpdatedAt - at) / 1000;
    former.current = {
      at: read.dataUpdatedAt,
      bars: new Map(read.data.map(each => [each.sessionId, each.barsAccepted])),
      speeds: new Map(read.data.flatMap(each => (bars.has(each.sessionId) ? [[each.sessionId, Math.round((each.barsAccepted - (bars.get(each.sessionId) ?? 0)) / seconds)]] : []))),
    };
  }

  return former.current.speeds;
}

function Sessions() {
  const read = useQuery(sessions);
  const speeds = useSpeeds(read);
  const columns: Column<SessionStatus>[] = [
    { name: 'Session', cell: row => <Link to={`/chart?session=${encodeURIComponent(row.sessionId)}`}><Ending of={row.sessionId} /></Link> },
    { name: 'Source', wide: true, cell: row => <span className="reason" title={row.source}>{row.source.split('/').pop()}</span> },
    { name: 'State', cell: row => <Pill tone={sessionTones[row.state] ?? ''} title={row.error ?? undefined}>{row.state}</Pill> },
    {
      name: 'Bars', right: true,
      cell: row => (row.state === 'running' && row.barsTotal ? <span className="score"><Meter value={row.barsAccepted / row.barsTotal} />{count(row.barsAccepted)} of {count(row.barsTotal)}</span> : count(row.barsAccepted)),
    },
    { name: 'Bars/s', right: true, wide: true, cell: row => (row.state === 'running' ? count(speeds.get(row.sessionId)) : '–') },
    { name: 'Kept out', right: true, wide: true, cell: row => count(Object.values(row.quarantined).reduce((all, one) => all + one, 0)) },
    { name: 'Come to, UTC', right: true, cell: row => (row.lastBar ? barTime(row.lastBar, row.timeframe ?? '') : '–') },
  ];
  return (
    <Panel title="Sessions" of={read} className="short-list" count={all => count(all.length)} empty={all => all.length === 0 && 'No session yet. Start one with ./run or ./algo replay.'}>
      {all => <Table label="Sessions" columns={columns} rows={all.slice(0, 50)} keyOf={row => row.sessionId} />}
    </Panel>
  );
}

function Switches() {
  const read = useQuery(trading);
  const { mayTrade } = useRights();
  const [asked, setAsked] = useState<Pick<TradingSwitch, 'account' | 'strategy'> & { to: TradingSwitch['state'] } | null>(null);
  const everybody = read.data?.find(each => each.account === null);
  return (
    <Panel
      title="Trading"
      of={read}
      className="rows-2"
      actions={mayTrade && everybody && everybody.state !== 'Reducing' && <button type="button" onClick={() => setAsked({ to: 'Reducing', account: null, strategy: null })}>Only reduce</button>}
    >
      {all => (
        <>
          <ul className="rows switches">
            {all.filter(each => each.account === null || each.state !== 'Active').map(each => {
              const [text, tone] = stateWords[each.state];
              return (
                <li key={`${each.account} ${each.strategy}`}>
                  <Pill tone={tone}>{text}</Pill>
                  <span className="what">{each.account === null ? 'Everybody' : each.strategy ? `${each.strategy} on ${each.account}` : each.account}</span>
                  {mayTrade && each.state !== 'Active' && (
                    <button type="button" onClick={() => setAsked({ to: 'Active', account: each.account, strategy: each.strategy })}>Resume</button>
                  )}
                  {each.reason && <small>{each.reason}. Since {utc(each.at).slice(0, 16)} UTC.</small>}
                </li>
              );
            })}
          </ul>
          {asked && <SwitchDialog {...asked} onClose={() => setAsked(null)} />}
        </>
      )}
    </Panel>
  );
}

/** What stands behind all services. */
function Lights() {
  const read = useQuery(status);
  const feeds = useQuery(sessions);
  const venues = useQuery(accounts);
  const now = useNow();
  // What could be read once and can be no more is not known either.
  const known = <T,>({ isError, data }: { isError: boolean; data: T | undefined }) => (isError ? undefined : data);
  return (
    <Panel title="Feed, brokers, bus, database" of={read} className="rows-4" staleAfterMs={8_000}>
      {({ services }) => (
        <ul className="rows lights">
          {lightsOf(services, known(feeds), known(venues), now).map(({ name, state, words, at }) => (
            <li key={name}>
              <i className={`dot ${state}`} />
              <span className="what">{name} <span className={state === 'healthy' ? 'only-read' : state === 'unknown' ? 'only-read' : 'bad'}>{state}</span></span>
              <small className="words" title={words}>{words}</small>
              <small className="when">{at ? age(now - Date.parse(at)) : '–'}</small>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Services() {
  const read = useQuery(status);
  const now = useNow();
  return (
    <Panel title="Services" of={read} className="rows-6" staleAfterMs={8_000}>
      {({ services }) => (
        <ul className="rows lights">
          {services.map(({ service, state, latencyMs, checkedAt, detail, checks }) => (
            <li key={service}>
              <i className={`dot ${state}`} />
              <span className="what">{service} <span className={state === 'healthy' ? 'only-read' : 'bad'}>{state}</span></span>
              <small title={checks.map(check => `${check.name}: ${check.state}`).join(', ')}>{latency(latencyMs)}</small>
              <small className="when">{checkedAt ? age(now - Date.parse(checkedAt)) : '–'}</small>
              {detail && <small className="why">{detail}</small>}
            </li>
          ))}
          <li className="build"><span /><span className="what">build</span><small className="mono" title={`Built ${utc(builtAt)} UTC`}>{release}</small><small className="when">{age(now - Date.parse(builtAt))}</small></li>
        </ul>
      )}
    </Panel>
  );
}

type Risk = { name: string; used: Decimal; limit: Decimal };

function OpenRisk() {
  const venues = useQuery(accounts);
  const names = venues.data?.map(each => each.account) ?? [];
  const details = useQueries({ queries: names.map(portfolio) });
  const bounds = useQueries({ queries: names.map(limits) });
  const rows = names.flatMap((_, i) => risksOf(details[i]?.data, bounds[i]?.data));
  const read = together([venues, ...details, ...bounds]);
  return (
    <Panel title="Open risk against limits" of={read} className="rows-2" empty={() => rows.length === 0 && 'No limit of exposure is set on an account at a venue.'}>
      {() => (
        <ul className="rows risk">
          {rows.map(({ name, used, limit }) => {
            const share = Number(ratio(used, limit) ?? '1');
            return (
              <li key={name}>
                <span className="what">{name}</span>
                <small>{money(used)} of {money(limit)}, {percent(ratio(used, limit), 0)}</small>
                <Meter value={share} tone={share >= 0.9 ? 'bad' : share >= 0.7 ? 'warn' : ''} />
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

function risksOf(detail: PortfolioDetail | undefined, bounds: AccountLimits | undefined): Risk[] {
  if (!detail || !bounds) return [];

  const { grossExposure, netExposure, positionValue } = bounds.limits;
  return detail.exposures.flatMap(({ currency, gross, net, instruments }) => {
    const of = `${detail.portfolio}, ${currency}`;
    const largest = instruments.map(each => absolute(each.value)).sort(compare).at(-1) ?? '0';
    return [
      ...(grossExposure ? [{ name: `Gross exposure of ${of}`, used: gross, limit: grossExposure }] : []),
      ...(netExposure ? [{ name: `Net exposure of ${of}`, used: absolute(net), limit: netExposure }] : []),
      ...(positionValue ? [{ name: `Largest position of ${of}`, used: largest, limit: positionValue }] : []),
    ];
  });
}

function Alerts() {
  const urgent = useInfiniteQuery(urgentAlerts);
  const newest = useInfiniteQuery(alerts);
  const isUrgent = urgent.data !== undefined && urgent.data.length > 0;
  return (
    <Panel
      title="Alerts"
      of={together([urgent, newest])}
      className="short-list rows-many"
      count={() => `${count(urgent.data?.length)}${urgent.hasNextPage ? ' or more' : ''} high or critical, newest ${count(newest.data?.length)} of all`}
      empty={() => newest.data?.length === 0 && 'Nothing to be told.'}
    >
      {() => (
        <div className="scroll" tabIndex={0} role="group" aria-label="Alerts">
          {isUrgent && <h3>High and critical</h3>}
          <ListOfAlerts label="High and critical" of={urgent} />
          {isUrgent && <h3>Newest of all</h3>}
          <ListOfAlerts label="Newest of all" of={newest} />
        </div>
      )}
    </Panel>
  );
}

type Pages = Pick<UseInfiniteQueryResult<Alert[]>, 'data' | 'hasNextPage' | 'isFetching' | 'fetchNextPage'>;

function ListOfAlerts({ label, of: { data = [], hasNextPage, isFetching, fetchNextPage } }: { label: string; of: Pages }) {
  if (data.length === 0) return null;

  return (
    <>
      <ul className="rows alerts" aria-label={label}>
        {data.map(({ alertId, severity, title, text, at, attempts }) => (
          <li key={alertId}>
            <i className={`dot ${severity}`} />
            <span className="what"><span className="only-read">{severity}: </span>{title}</span>
            <small>{utc(at).slice(5, 16)}</small>
            <small className="text" title={text}>{text}</small>
            {attempts.some(each => each.channel !== 'inbox') && <small className="text">{attempts.map(each => `${each.channel} ${each.outcome}`).join(', ')}</small>}
          </li>
        ))}
      </ul>
      {hasNextPage && <p className="more"><button type="button" onClick={() => void fetchNextPage()} disabled={isFetching}>Older ones</button></p>}
    </>
  );
}
