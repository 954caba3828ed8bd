import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Backtest } from '../api/contracts';
import { backtest, backtests, trades } from '../api/queries';
import { change } from '../api/request';
import { count, money, percent, price, quantity, ratioOf, signedMoney, signedPercent, utc } from '../figures/format';
import { Curve } from '../parts/Curve';
import { Facts } from '../parts/Facts';
import { Meter } from '../parts/Meter';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { gainTone, Pill, sideTone } from '../parts/words';
import { useRights } from '../shell/rights';
import { useChoice } from '../shell/route';
import { RunForm } from './RunForm';

const tones: Record<Backtest['state'], string> = { waiting: '', running: 'info', completed: 'good', failed: 'bad', canceled: 'warn' };

const subjectOf = ({ request, instruments }: Backtest): string => request.sessionId ?? (instruments ?? request.instruments ?? []).join(', ');

const strategiesOf = ({ strategies }: Backtest): string => (strategies ?? []).map(each => `${each.name} ${each.parameters}`.trim()).join('; ');

/** Runs history through the code that trades live, and shows what came of it, alone and side by side. */
export default function Backtests() {
  const read = useQuery(backtests);
  const [chosen, choose] = useChoice('backtest');
  const [beside, setBeside] = useChoice('beside');
  const { mayTrade } = useRights();
  const open = chosen ?? read.data?.find(each => each.state === 'completed')?.backtestId;
  const columns: Column<Backtest>[] = [
    { name: 'Started, UTC', cell: row => utc(row.startedAt).slice(0, 16) },
    { name: 'State', cell: row => <Pill tone={tones[row.state] ?? ''} title={row.error ?? undefined}>{row.state}</Pill> },
    { name: 'Of', cell: row => <span className="reason" title={strategiesOf(row)}>{subjectOf(row)}</span> },
    { name: 'Done', cell: row => (row.state === 'running' ? <Meter value={Number(row.progress ?? 0)} /> : `${quantity(row.bars)} bars`) },
    { name: 'Return', right: true, cell: row => signedPercent(row.statistics[0]?.totalReturn), tone: row => gainTone(row.statistics[0]?.totalReturn) },
  ];
  return (
    <div className="screen">
      <div className="span-5 wide-too stack">
        {mayTrade && <RunForm onStarted={choose} />}
        <Panel title="Queue and history" of={read} className="short-list" count={all => `newest ${count(all.length)}`} empty={all => all.length === 0 && 'None was run yet.'}>
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
  const other = others.find(each => each.backtestId === beside);
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
            {report.statistics.map(({ currency, openingEquity }) => <Curve key={currency} points={report.curve.filter(point => point.currency === currency)} opening={openingEquity} />)}
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
              {others.map(each => <option key={each.backtestId} value={each.backtestId}>{utc(each.startedAt).slice(0, 16)} {subjectOf(each)}</option>)}
            </select>
          }
        >
          {report => <Statistics of={report} beside={other} />}
        </Panel>
      )}
      {read.data?.state === 'completed' && <Trades id={id} />}
    </>
  );
}

function Outcome({ of: { state, error, progress, bars, signals, fills, startedAt, endedAt, timeframe } }: { of: Backtest }) {
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
  ['Commission', of => money(of.commission)],
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
