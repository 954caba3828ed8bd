import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Account, AccountLimits, LimitFigures, Standing, Strategy, StrategyChoice, TradingState, TradingSwitch } from '../api/contracts';
import { accounts, limits, sessions, standings, strategies, strategiesOf, trading } from '../api/queries';
import { count, measure, price, quantity, utc } from '../figures/format';
import { SwitchDialog } from '../mission/KillSwitch';
import { stateWords, strictest, whose } from '../mission/states';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { together } from '../parts/together';
import { Pill, sideTone } from '../parts/words';
import { useRights } from '../shell/rights';
import { go, useChoice } from '../shell/route';
import { type FigureName, figureNames } from './figures';
import { LimitsDialog } from './LimitsDialog';

/** What strategies there are, what runs, where each stands, and what it may do. */
export default function Strategies() {
  return (
    <div className="screen">
      <div className="span-8 wide-too stack">
        <OnAccounts />
        <InSession />
        <Limits />
      </div>
      <div className="span-4 wide-too stack">
        <Catalogue />
      </div>
    </div>
  );
}

/** One that has had no signal yet stands nowhere, and may still be paused. */
type Row = { account: string; strategy: string; isTrading: boolean; at: Standing | null };

function rowsOf({ account, strategies }: Account, stands: Standing[]): Row[] {
  const silent = (strategies ?? []).filter(name => !stands.some(each => each.strategy === name));
  return [
    ...stands.map((at): Row => ({ account, strategy: at.strategy, isTrading: at.isTrading, at })),
    ...silent.map((strategy): Row => ({ account, strategy, isTrading: true, at: null })),
  ];
}

function OnAccounts() {
  const venues = useQuery(accounts);
  const switches = useQuery(trading);
  const { mayTrade } = useRights();
  const [asked, setAsked] = useState<{ account: string; strategy: string; to: TradingState } | null>(null);
  const names = venues.data?.map(each => each.account) ?? [];
  const reads = useQueries({ queries: names.map(standings) });
  const rows = (venues.data ?? []).flatMap((account, i) => rowsOf(account, reads[i]?.data ?? []));
  const thrown = switches.data ?? [];
  const isPaused = ({ account, strategy }: Row) => thrown.some(each => each.account === account && each.strategy === strategy && each.state !== 'Active');
  const columns: Column<Row>[] = [
    { name: 'Strategy', cell: row => row.strategy },
    { name: 'Account', wide: true, cell: row => row.account },
    { name: 'Instrument', cell: ({ at }) => at?.instrument ?? 'no signal yet' },
    { name: 'Wants', cell: ({ at }) => at?.direction ?? '–', tone: ({ at }) => (at ? sideTone(at.direction) : '') },
    { name: 'Held', right: true, wide: true, cell: ({ at }) => at && quantity(at.held) },
    { name: 'Target', right: true, wide: true, cell: ({ at }) => at && price(at.target) },
    { name: 'Stop', right: true, wide: true, cell: ({ at }) => at && price(at.stop) },
    { name: 'Signal of, UTC', right: true, wide: true, cell: ({ at }) => at && utc(at.signalAt).slice(0, 16) },
    {
      name: 'State',
      cell: row => <State of={row} by={strictest(thrown, row.account, row.strategy)} />,
    },
    {
      name: 'Switch',
      cell: row => mayTrade && (
        <button type="button" className="small" onClick={() => setAsked({ account: row.account, strategy: row.strategy, to: isPaused(row) ? 'Active' : 'Halted' })}>
          {isPaused(row) ? 'Resume' : 'Pause'}
        </button>
      ),
    },
  ];
  return (
    <Panel title="On accounts at venues" of={together([venues, switches, ...reads])} empty={() => rows.length === 0 && 'No strategy is configured to trade on an account at a venue, and none has stood there.'}>
      {() => (
        <>
          <Table label="On accounts at venues" columns={columns} rows={rows} keyOf={row => `${row.account} ${row.strategy} ${row.at?.instrument ?? ''}`} />
          {asked && <SwitchDialog {...asked} onClose={() => setAsked(null)} />}
        </>
      )}
    </Panel>
  );
}

/** A strategy is no freer than whatever holds its account or everybody back. */
function State({ of, by }: { of: Row; by: TradingSwitch | undefined }) {
  if (!of.isTrading) return <Pill>Not configured</Pill>;
  if (!by) return <Pill>Unknown</Pill>;

  const [text, tone] = stateWords[by.state];
  return <><Pill tone={tone} title={by.reason || undefined}>{text}</Pill>{by.state !== 'Active' && <small> {whose(by)}</small>}</>;
}

const choiceColumns: Column<StrategyChoice>[] = [
  { name: 'Strategy', cell: row => row.name },
  { name: 'Parameters', cell: row => <span className="mono">{row.parameters || 'by default'}</span> },
  { name: 'Instruments', wide: true, cell: row => (row.instruments.length === 0 ? 'every one' : row.instruments.join(', ')) },
];

function InSession() {
  const all = useQuery(sessions);
  const [wanted, choose] = useChoice('session');
  const session = wanted ?? all.data?.[0]?.sessionId;
  return (
    session === undefined
      ? <Panel title="In sessions" of={all} empty={() => 'No session yet. Start one with ./run or ./algo replay.'}>{() => null}</Panel>
      : <OfSession key={session} session={session} all={(all.data ?? []).map(each => each.sessionId)} choose={choose} />
  );
}

function OfSession({ session, all, choose }: { session: string; all: string[]; choose: (session: string) => void }) {
  const read = useQuery(strategiesOf(session));
  return (
    <Panel
      title="In sessions"
      of={read}
      empty={rows => rows.length === 0 && 'It runs none.'}
      actions={<select aria-label="Session" value={session} onChange={event => choose(event.target.value)}>{[...new Set([session, ...all])].map(id => <option key={id}>{id}</option>)}</select>}
    >
      {rows => <Table label="In sessions" columns={choiceColumns} rows={rows} keyOf={row => `${row.name} ${row.parameters}`} />}
    </Panel>
  );
}

function Limits() {
  const venues = useQuery(accounts);
  const names = venues.data?.map(each => each.account) ?? [];
  const bounds = useQueries({ queries: names.map(limits) });
  const stands = useQueries({ queries: names.map(standings) });
  return (
    <Panel title="Limits" of={together([venues, ...bounds, ...stands])} empty={() => names.length === 0 && 'No account at a venue is configured.'}>
      {() => venues.data?.map((each, i) => <OfAccount key={each.account} account={each.account} own={bounds[i]?.data} strategies={rowsOf(each, stands[i]?.data ?? []).map(row => row.strategy)} />)}
    </Panel>
  );
}

function OfAccount({ account, own, strategies }: { account: string; own: AccountLimits | undefined; strategies: string[] }) {
  const { mayAdminister } = useRights();
  const [changing, setChanging] = useState<{ strategy: string | null; former: LimitFigures | undefined } | null>(null);
  if (!own) return null;

  const names = [...new Set([...Object.keys(own.strategies), ...strategies])].sort();
  return (
    <>
      {[null, ...names].map(strategy => {
        const former = strategy === null ? own.limits : own.strategies[strategy];
        return (
          <div key={strategy ?? ''} className="account-head limits">
            <Facts of={[[strategy === null ? 'Account' : 'Strategy', strategy ?? account], ...said(former, strategy === null ? own : undefined)]} />
            {mayAdminister && <button type="button" onClick={() => setChanging({ strategy, former })}>Change</button>}
          </div>
        );
      })}
      <p className="note">{account}: by {own.changedBy}{own.reason && `, “${own.reason}”`}, {utc(own.changedAt)} UTC.</p>
      {changing && <LimitsDialog account={account} {...changing} onClose={() => setChanging(null)} />}
    </>
  );
}

function said(figures: LimitFigures | undefined, own: AccountLimits | undefined): [string, string][] {
  const set = (Object.keys(figureNames) as FigureName[]).flatMap((name): [string, string][] => {
    const value = figures?.[name];
    return value ? [[figureNames[name], quantity(value)]] : [];
  });
  const rest: [string, string][] = [
    ...(own ? [['An entry, % of equity', quantity(own.riskPercent)], ['A position, % of equity', quantity(own.positionPercent)]] as [string, string][] : []),
    ...(figures?.openMarketOnly ? [['Market', 'only while open'] as [string, string]] : []),
    ...(figures?.restricted?.length ? [['Never', figures.restricted.join(', ')] as [string, string]] : []),
  ];
  return set.length + rest.length === 0 ? [['Limits', 'none of its own']] : [...rest, ...set];
}

function Catalogue() {
  const read = useQuery(strategies);
  return (
    <Panel title="Catalogue" of={read} count={all => count(all.length)} className="tall" empty={all => all.length === 0 && 'There is none.'}>
      {all => (
        <div className="scroll" tabIndex={0} role="group" aria-label="Catalogue">
          <ul className="rows catalogue">{all.map(each => <li key={each.name}><Entry strategy={each} /></li>)}</ul>
        </div>
      )}
    </Panel>
  );
}

function Entry({ strategy: { name, meaning, kind, isOfPair, parameters } }: { strategy: Strategy }) {
  return (
    <details>
      <summary><span className="what">{name}</span> <small>{kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}{isOfPair && ', of two instruments'}</small></summary>
      <p>{meaning}</p>
      <form
        className="ticket"
        onSubmit={event => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget);
          const chosen = parameters.map(each => `${each.name}=${typed.get(each.name)}`).join(' ');
          go(`/backtests?strategy=${encodeURIComponent(name)}&parameters=${encodeURIComponent(chosen)}`);
        }}
      >
        {parameters.map(each => (
          <label key={each.name}>
            {each.name}, {measure(each.least)} to {measure(each.most)}
            <input name={each.name} type="number" min={each.least} max={each.most} step={each.isWhole ? 1 : 'any'} defaultValue={each.default} required title={each.meaning} />
            <small>{each.meaning}</small>
          </label>
        ))}
        {!isOfPair && <button type="submit" className="whole">Backtest with these</button>}
      </form>
    </details>
  );
}
