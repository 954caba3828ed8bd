import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { Backtest } from '../api/contracts';
import { backtest, backtests, between, trades } from '../api/queries';
import { change } from '../api/request';
import { tradeMarks } from '../chart/marks';
import { count, money, percent, price, quantity, ratioOf, signedMoney, signedPercent, utc, whole } from '../figures/format';
import { Curve } from '../parts/Curve';
import { Facts } from '../parts/Facts';
import { Meter } from '../parts/Meter';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { gainTone, Minute, Pill, sideTone } from '../parts/words';
import { useRights } from '../shell/rights';
import { useChoice } from '../shell/route';
import { modelFacts } from './Models';
import { Parity } from './Parity';
import { RunForm } from './RunForm';
import { Sweeps } from './Sweeps';

const Candles = lazy(async () => ({ default: (await import('../chart/Candles')).Candles }));

const tones: Record<Backtest['state'], string> = { waiting: '', running: 'info', completed: 'good', failed: 'bad', canceled: 'warn' };

const subjectOf = ({ request, instruments }: Backtest): string => request.sessionId ?? (instruments ?? request.instruments ?? []).join(', ');

const strategiesOf = ({ strategies }: Backtest): string => (strategies ?? []).map(each => `${each.name} ${each.parameters}`.trim()).join('; ');

/** What was run, over what. */
const wordsOf = (of: Backtest): string => `${strategiesOf(of) || 'those by default'} on ${subjectOf(of)}`;

const views = { runs: 'Backtests', sweeps: 'Sweeps', parity: 'Live against backtest' } as const;
type View = keyof typeof views;

/** History through the code that trades live: one run, many, or against what a session did. */
export default function Backtests() {
  const [view = 'runs', choose] = useChoice('view');
  return (
    <div className="stack">
      <div className="chips" role="group" aria-label="View">
        {(Object.keys(views) as View[]).map(name => <button key={name} type="button" aria-pressed={view === name} onClick={() => choose(name === 'runs' ? undefined : name)}>{views[name]}</button>)}
      </div>
      {view === 'sweeps' ? <Sweeps /> : view === 'parity' ? <Parity /> : <Runs />}
    </div>
  );
}

/** What was run, and what came of it, alone and side by side. */
function Runs() {
  const read = useQuery(backtests);
  const [chosen, choose] = useChoice('backtest');
  const [beside, setBeside] = useChoice('beside');
  const { mayTrade } = useRights();
  const open = chosen ?? read.data?.find(each => each.state === 'completed')?.backtestId;
  const columns: Column<Backtest>[] = [
    { name: 'Started, UTC', cell: row => <Minute at={row.startedAt} /> },
    { name: 'State', cell: row => <Pill tone={tones[row.state] ?? ''} title={row.error ?? undefined}>{row.state}</Pill> },
    { name: 'Return', right: true, cell: row => signedPercent(row.statistics[0]?.totalReturn), tone: row => gainTone(row.statistics[0]?.totalReturn) },
    { name: 'Of', cell: row => <span className="reason" title={wordsOf(row)}>{wordsOf(row)}</span> },
    { name: 'Bars', right: true, cell: row => (row.state === 'running' ? <Meter value={Number(row.progress ?? 0)} /> : quantity(row.bars)) },
  ];
  return (
    <div className="screen">
      <div className="span-5 wide-too stack">
        {mayTrade && <RunForm onStarted={choose} />}
        <Panel title="Queue and history" of={read} className="short-list queue" count={all => `newest ${count(all.length)}`} empty={all => all.length === 0 && 'None was run yet.'}>
          {all => <Table label="Queue and history" columns={columns} rows={all} keyOf={row => row.backtestId} onOpen={row => choose(row.backtestId)} />}
        </Panel>
      </div>
      <div className="span-7 wide-too stack">
        {open && <Report key={open} id={open} beside={beside} others={(read.data ?? []).filter(each => each.state === 'completed' && each.backtestId !== open)} onBeside={setBeside} />}
      </div>
    </div>
  );
}

type Reported = { id: string; beside: string | undefined; others: Backtest[]; onBeside: (id: string | undefined) => void };

function Report({ id, beside, others, onBeside }: Reported) {
  const read = useQuery(backtest(id));
  const queries = useQueryClient();
  const { mayTrade } = useRights();
  const canceling = useMutation({
    mutationFn: () => change('DELETE', `/api/v1/backtest/${encodeURIComponent(id)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: backtests.queryKey }),
  });
  const isBeside = others.some(each => each.backtestId === beside);
  // The list has no curves.
  const other = useQuery({ ...backtest(beside ?? ''), enabled: isBeside }).data;
  return (
    <>
      <Panel
        title="Report"
        of={read}
        count={subjectOf}
        actions={
          read.data?.state === 'completed'
            ? <><a href={`/api/v1/backtest/${id}/report.html`}>HTML</a><a href={`/api/v1/backtest/${id}/report.json`}>JSON</a><a href={`/api/v1/backtest/${id}/equity.csv`}>Equity</a></>
            : mayTrade && (read.data?.state === 'running' || read.data?.state === 'waiting') && <button type="button" onClick={() => canceling.mutate()} disabled={canceling.isPending}>Cancel</button>
        }
      >
        {report => (
          <>
            {canceling.isError && <p className="note bad" role="alert">{canceling.error.message}</p>}
            <Outcome of={report} />
            {report.statistics.map(({ currency, openingEquity }) => (
              <Curve key={currency} withDrawdown points={report.curve.filter(point => point.currency === currency)} opening={openingEquity} beside={other?.curve.filter(point => point.currency === currency)} />
            ))}
            {other && <p className="note">Dashed: that of {utc(other.startedAt).slice(0, 16)}, {strategiesOf(other)}, as if both had begun with the same.</p>}
            <p className="note">{strategiesOf(report)}</p>
            {report.dataHash && <p className="note mono">data {report.dataHash.slice(0, 16)}, orders {report.orderListHash?.slice(0, 16)}</p>}
          </>
        )}
      </Panel>
      {read.data && read.data.statistics.length > 0 && (
        <Panel
          title="Statistics"
          of={read}
          actions={
            <select aria-label="Compare with" value={other?.backtestId ?? ''} onChange={event => onBeside(event.target.value || undefined)}>
              <option value="">Compare with …</option>
              {others.map(each => <option key={each.backtestId} value={each.backtestId}>{utc(each.startedAt).slice(5, 16)} {wordsOf(each)}</option>)}
            </select>
          }
        >
          {report => <Statistics of={report} beside={other} />}
        </Panel>
      )}
      {read.data?.state === 'completed' && <TradesOnChart of={read.data} />}
      {read.data?.state === 'completed' && <Trades id={id} />}
    </>
  );
}

function Outcome({ of: { state, error, progress, bars, signals, fills, startedAt, endedAt, timeframe, request } }: { of: Backtest }) {
  return (
    <>
      {error && <p className="note bad" role="alert">{error}</p>}
      <Facts
        of={[
          ['State', <Pill key="state" tone={tones[state] ?? ''}>{state}</Pill>],
          state === 'running' && ['Done', percent(progress, 0)],
          ['Bars', quantity(bars)],
          ['Signals', quantity(signals)],
          ['Fills', quantity(fills)],
          timeframe !== null && ['Timeframe', timeframe],
          ['Started, UTC', utc(startedAt).slice(0, 19)],
          endedAt !== null && ['Took', `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`],
          ...modelFacts(request.models),
        ]}
      />
    </>
  );
}

type Figures = Backtest['statistics'][number];

const rows: [name: string, value: (of: Figures) => string, tone?: (of: Figures) => string][] = [
  ['Profit and loss', of => `${signedMoney(of.profitAndLoss)} ${of.currency}`, of => gainTone(of.profitAndLoss)],
  ['Return', of => signedPercent(of.totalReturn), of => gainTone(of.totalReturn)],
  ['Return a year', of => signedPercent(of.annualReturn)],
  ['Final equity', of => money(of.finalEquity)],
  ['Trades', of => quantity(of.trades)],
  ['Won', of => percent(of.winRate)],
  ['Profit factor', of => ratioOf(of.profitFactor)],
  ['Sharpe', of => ratioOf(of.sharpe)],
  ['Sortino', of => ratioOf(of.sortino)],
  ['Largest drawdown', of => percent(of.maxDrawdown)],
  ['It lasted, days', of => whole(of.risk?.maxDrawdownDays)],
  ['Commission', of => money(of.commission)],
  ['Volatility', of => percent(of.risk?.volatility)],
  ['Calmar', of => ratioOf(of.risk?.calmar)],
  ['Value at risk', of => percent(of.risk?.valueAtRisk, 2)],
  ['Exposure', of => percent(of.activity?.exposure)],
  ['Turnover a year', of => ratioOf(of.activity?.turnover)],
  ['Alpha to holding', of => percent(of.holding?.alpha, 2)],
  ['Beta to holding', of => ratioOf(of.holding?.beta)],
];

function Statistics({ of, beside }: { of: Backtest; beside: Backtest | undefined }) {
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Statistics">
      <table>
        <thead><tr><th scope="col">Figure</th><th scope="col" className="n">This one</th>{beside && <th scope="col" className="n">The other</th>}</tr></thead>
        <tbody>
          {of.statistics.flatMap(figures => {
            const others = beside?.statistics.find(each => each.currency === figures.currency);
            return rows.map(([name, value, tone]) => (
              <tr key={`${figures.currency} ${name}`}>
                <td>{name}</td>
                <td className={`n ${tone?.(figures) ?? ''}`}>{value(figures)}</td>
                {beside && <td className={`n ${others ? tone?.(others) ?? '' : ''}`}>{others ? value(others) : '–'}</td>}
              </tr>
            ));
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The trades where they were opened and closed. */
function TradesOnChart({ of: { backtestId, instruments, timeframe, curve } }: { of: Backtest }) {
  const [wanted, choose] = useState<string>();
  const instrument = wanted ?? instruments?.[0] ?? '';
  const [from, to] = [curve[0]?.at ?? '', curve.at(-1)?.at ?? ''];
  const read = useQuery({ ...between(instrument, timeframe ?? '', from, to), enabled: instrument !== '' && timeframe !== null && from !== '' });
  const closed = useQuery(trades(backtestId, 0)).data;
  const marks = useMemo(() => tradeMarks(closed ?? [], instrument), [closed, instrument]);
  if (timeframe === null || instruments === null) return null;

  return (
    <Panel
      title="Trades on the chart"
      of={read}
      className="chart low"
      staleAfterMs={Infinity}
      count={() => `the first ${marks.length / 2} of ${instrument}`}
      empty={({ close }) => close.length === 0 && 'The tape has no bars of it any more.'}
      actions={instruments.length > 1 && <select aria-label="Instrument" value={instrument} onChange={event => choose(event.target.value)}>{instruments.map(each => <option key={each}>{each}</option>)}</select>}
    >
      {bars => <Suspense fallback={<div className="canvas" />}><Candles of={bars} timeframe={timeframe} marks={marks} isWhole /></Suspense>}
    </Panel>
  );
}

function Trades({ id }: { id: string }) {
  const [after, setAfter] = useState(0);
  const read = useQuery(trades(id, after));
  const columns: Column<NonNullable<typeof read.data>[number]>[] = [
    { name: 'No.', cell: row => row.number },
    { name: 'Closed, UTC', cell: row => utc(row.closedAt).slice(0, 16) },
    { name: 'Instrument', wide: true, cell: row => row.instrument },
    { name: 'Side', cell: row => row.side, tone: row => sideTone(row.side) },
    { name: 'Quantity', right: true, wide: true, cell: row => quantity(row.quantity) },
    { name: 'Entry', right: true, wide: true, cell: row => price(row.entryPrice) },
    { name: 'Exit', right: true, wide: true, cell: row => price(row.exitPrice) },
    { name: 'P&L', right: true, cell: row => signedMoney(row.profitAndLoss), tone: row => gainTone(row.profitAndLoss) },
  ];
  return (
    <Panel
      title="Trades"
      of={read}
      className="short-list"
      empty={all => all.length === 0 && after === 0 && 'No trade was closed.'}
      actions={<><a href={`/api/v1/backtest/${id}/trades.csv`}>CSV</a>{after > 0 && <button type="button" onClick={() => setAfter(0)}>First ones</button>}{read.data?.length === 200 && <button type="button" onClick={() => setAfter(Number(read.data?.at(-1)?.number))}>Next ones</button>}</>}
    >
      {all => <Table label="Trades" columns={columns} rows={all} keyOf={row => row.number} />}
    </Panel>
  );
}
