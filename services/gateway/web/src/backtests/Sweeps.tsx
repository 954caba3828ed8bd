import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../api/attempt';
import type { Sweep } from '../api/contracts';
import { instruments, outcomes, strategies, sweeps } from '../api/queries';
import { change } from '../api/request';
import { count, measure as measured, share, utc } from '../figures/format';
import { timeframes } from '../figures/timeframes';
import { Facts } from '../parts/Facts';
import { Meter } from '../parts/Meter';
import { Failed, Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { together } from '../parts/together';
import { Pill } from '../parts/words';
import { useRights } from '../shell/rights';
import { useChoice } from '../shell/route';
import { gridOf, type Measure, triesOf, varying } from './heat';
import { filledIn, ModelFields, modelFacts, modelsOf } from './Models';

const tones: Record<Sweep['state'], string> = { running: 'info', completed: 'good', canceled: 'warn', failed: 'bad' };

const columns: Column<Sweep>[] = [
  { name: 'Started, UTC', cell: row => utc(row.startedAt).slice(5, 16) },
  { name: 'State', cell: row => <Pill tone={tones[row.state] ?? ''} title={row.error ?? undefined}>{row.state}</Pill> },
  { name: 'Of', cell: row => <span className="reason" title={row.request.grid}>{row.request.strategy} on {row.request.instruments.join(', ')}</span> },
  { name: 'Done', right: true, cell: row => (row.state === 'running' ? <span className="score"><Meter value={row.done / row.combinations} />{count(row.done)} of {count(row.combinations)}</span> : count(row.done)) },
  { name: 'Best', right: true, cell: row => (row.best ? measured(row.best.value, 3) : '–') },
];

/** A strategy over all combinations of its parameters: what they came to, and how much of the best is luck. */
export function Sweeps() {
  const read = useQuery(sweeps);
  const [chosen, choose] = useChoice('sweep');
  const { mayTrade } = useRights();
  const open = read.data?.find(each => each.sweepId === chosen) ?? read.data?.[0];
  return (
    <div className="screen">
      <div className="span-5 wide-too stack">
        {mayTrade && <SweepForm onStarted={choose} />}
        <Panel title="Sweeps" of={read} className="short-list" count={all => `newest ${count(all.length)}`} empty={all => all.length === 0 && 'None was run yet.'}>
          {all => <Table label="Sweeps" columns={columns} rows={all} keyOf={row => row.sweepId} onOpen={row => choose(row.sweepId)} />}
        </Panel>
      </div>
      <div className="span-7 wide-too stack">{open && <Swept key={open.sweepId} of={open} />}</div>
    </div>
  );
}

const year = 365 * 86_400_000;

function SweepForm({ onStarted }: { onStarted: (id: string) => void }) {
  const known = useQuery(instruments);
  const offered = useQuery(strategies);
  const queries = useQueryClient();
  const [strategy, setStrategy] = useState('');
  const [grid, setGrid] = useState('');
  const start = useAttempt<Sweep>('/api/v1/backtest/sweeps');
  const catalogue = offered.data?.filter(each => !each.isOfPair) ?? [];
  const chosen = catalogue.find(each => each.name === strategy);
  const tries = triesOf(grid);
  const started = useMutation({
    mutationFn: (form: FormData) =>
      start({
        strategy, grid: grid.trim(), instruments: [form.get('instrument')], timeframe: form.get('timeframe'), measure: form.get('measure'),
        from: `${form.get('from')}T00:00:00Z`, to: `${form.get('to')}T23:59:59Z`,
        random: filledIn(form, 'random'), seed: filledIn(form, 'seed'), limit: filledIn(form, 'limit'), ...modelsOf(form),
      }),
    onSuccess: async ({ sweepId }) => {
      onStarted(sweepId);
      await queries.invalidateQueries({ queryKey: sweeps.queryKey });
    },
  });
  return (
    <Panel title="New sweep" of={together([known, offered])} empty={() => known.data?.length === 0 && 'There are no bars yet. Start a session with ./run.'}>
      {() => (
        <form
          className="ticket"
          onSubmit={event => {
            event.preventDefault();
            started.mutate(new FormData(event.currentTarget));
          }}
        >
          <label>Over<select name="instrument" required>{known.data?.map(({ id }) => <option key={id}>{id}</option>)}</select></label>
          <label>Timeframe<select name="timeframe" defaultValue="1d">{timeframes.map(each => <option key={each}>{each}</option>)}</select></label>
          <label>
            Strategy
            <select
              value={strategy}
              required
              onChange={event => {
                setStrategy(event.target.value);
                const parameters = catalogue.find(each => each.name === event.target.value)?.parameters.slice(0, 2) ?? [];
                // Around what the strategy begins with, for something to change.
                setGrid(parameters.map(each => `${each.name}=${Math.max(each.least, Math.round(each.default / 2))}..${Math.min(each.most, Math.round(each.default * 2))}:${Math.max(1, Math.round(each.default / 4))}`).join(' '));
              }}
            >
              <option value="">Choose …</option>
              {catalogue.map(each => <option key={each.name}>{each.name}</option>)}
            </select>
          </label>
          <label>Best by<select name="measure" defaultValue="sharpe"><option value="sharpe">Sharpe</option><option value="return">Return</option></select></label>
          <label>From, UTC<input type="date" name="from" defaultValue={utc(Date.now() - 10 * year).slice(0, 10)} required /></label>
          <label>To, UTC<input type="date" name="to" defaultValue={utc(Date.now()).slice(0, 10)} required /></label>
          <label className="whole">Grid<input value={grid} onChange={event => setGrid(event.target.value)} placeholder="fast=5..50:5 slow=60..200:20" spellCheck={false} autoComplete="off" className="mono" required /></label>
          <p className="note whole">
            {tries === null ? 'A range is from..to:step, as in fast=5..50:5; some values are fast=5,10,20.' : `${count(tries)} combinations.`}
            {chosen && ` ${chosen.name} has ${chosen.parameters.map(each => `${each.name} (${measured(each.least)} to ${measured(each.most)})`).join(', ')}.`}
          </p>
          <label>Draw so many at random<input name="random" type="number" min={1} step={1} placeholder="all" /></label>
          <label>Seed of the draw<input name="seed" inputMode="numeric" pattern="[0-9]*" placeholder="1" autoComplete="off" className="n" /></label>
          <label>Give one up after, s<input name="limit" inputMode="decimal" placeholder="never" autoComplete="off" className="n" /></label>
          <ModelFields />
          {started.isError && <div className="whole"><Failed error={started.error} /></div>}
          <button type="submit" className="main whole" disabled={strategy === '' || tries === null || started.isPending}>{started.isPending ? 'Waiting for the answer …' : 'Sweep'}</button>
        </form>
      )}
    </Panel>
  );
}

const measures: Record<Measure, string> = { sharpe: 'Sharpe', totalReturn: 'Return', maxDrawdown: 'Largest drawdown', trades: 'Trades' };

const said = (value: number | null, measure: Measure): string =>
  value === null ? '–' : measure === 'trades' ? count(value) : measure === 'sharpe' ? value.toFixed(2) : share(value, 1);

function Swept({ of: sweep }: { of: Sweep }) {
  const isRunning = sweep.state === 'running';
  const read = useQuery(outcomes(sweep.sweepId, isRunning));
  const queries = useQueryClient();
  const { mayTrade } = useRights();
  const canceling = useMutation({
    mutationFn: () => change('DELETE', `/api/v1/backtest/sweeps/${encodeURIComponent(sweep.sweepId)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: sweeps.queryKey }),
  });
  const [measure, setMeasure] = useState<Measure>('sharpe');
  const { assessment, best } = sweep;
  return (
    <>
      <Panel
        title="Heat map"
        of={read}
        count={all => `${count(all.length)} of ${count(sweep.combinations)}`}
        empty={all => all.length === 0 && 'No combination is through yet.'}
        actions={
          <>
            <select aria-label="Measure" value={measure} onChange={event => setMeasure(event.target.value as Measure)}>{Object.entries(measures).map(([name, words]) => <option key={name} value={name}>{words}</option>)}</select>
            {mayTrade && isRunning && <button type="button" onClick={() => canceling.mutate()} disabled={canceling.isPending}>Cancel</button>}
          </>
        }
      >
        {all => (
          <>
            {canceling.isError && <p className="note bad" role="alert">{canceling.error.message}</p>}
            <HeatMap outcomes={all} measure={measure} best={best?.index} />
          </>
        )}
      </Panel>
      <Panel title="What the best is worth" of={read}>
        {all => (
          <Facts
            className="rows"
            of={[
              ['Strategy', `${sweep.request.strategy}, ${sweep.request.timeframe}, ${count(sweep.bars)} bars`],
              ...modelFacts(sweep.request.models),
              sweep.request.random != null && ['Drawn at random', `${count(sweep.request.random)}${Number.isSafeInteger(sweep.request.seed) ? `, seed ${sweep.request.seed}` : ''}`],
              sweep.request.limit != null && ['One is given up after', `${sweep.request.limit} s`],
              best && [`Best by ${sweep.request.measure}`, <span key="best" className="mono">{best.parameters}: {measured(best.value, 4)}</span>],
              sweep.leftOut > 0 && ['Left out, for they do not go together', count(sweep.leftOut)],
              all.some(each => each.error) && ['Failed', count(sweep.failed), 'bad'],
              assessment && ['Sharpe of the best, expected of luck alone', `${measured(assessment.bestSharpe, 3)}, ${measured(assessment.expectedSharpe, 3)}`],
              assessment && ['Chance that it is above zero, though chosen', share(assessment.deflatedSharpe, 1)],
              assessment && ['Chance of overfitting', share(assessment.overfittingProbability, 0), assessment.overfittingProbability > 0.5 ? 'bad' : ''],
              assessment && ['Chance of a loss out of sample', share(assessment.lossProbability, 0)],
              assessment?.returnP5 != null && ['Return, 5 to 95 in 100 orders of its days', `${share(assessment.returnP5, 0)} to ${share(assessment.returnP95, 0)}`],
              assessment?.drawdownP5 != null && ['Drawdown there', `${share(assessment.drawdownP5, 0)} to ${share(assessment.drawdownP95, 0)}`],
              sweep.error !== null && ['Error', sweep.error, 'bad'],
            ]}
          />
        )}
      </Panel>
    </>
  );
}

function HeatMap({ outcomes: all, measure, best }: { outcomes: Parameters<typeof gridOf>[0]; measure: Measure; best: number | undefined }) {
  const names = varying(all);
  const [x = names[0] ?? '', y = names[0] ?? ''] = [names[1], names[0]];
  if (names.length === 0) return <p className="nothing">Nothing varies.</p>;

  const grid = gridOf(all, x, y, measure);
  const values = grid.cells.flat().flatMap(cell => (cell?.value == null ? [] : [cell.value]));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const strength = (value: number) => Math.round(((measure === 'maxDrawdown' ? high - value : value - low) / (high - low || 1)) * 9);
  return (
    <>
      <div className="scroll" tabIndex={0} role="group" aria-label="Heat map">
        <table className="heat">
          <caption>{measures[measure]}: {y} down, {x} across{names.length > 2 && `; of ${names.slice(2).join(', ')} the best`}</caption>
          <thead><tr><td>{y} \ {x}</td>{grid.xs.map(value => <th key={value} scope="col">{value}</th>)}</tr></thead>
          <tbody>
            {grid.cells.map((row, i) => (
              <tr key={grid.ys[i]}>
                <th scope="row">{grid.ys[i]}</th>
                {row.map((cell, j) => (
                  <td key={grid.xs[j]} className={cell?.value == null ? '' : `h${strength(cell.value)} ${cell.index === best ? 'best' : ''}`} title={cell?.parameters}>{said(cell?.value ?? null, measure)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="note">From {said(low, measure)} to {said(high, measure)}; framed is the best. A best that stands alone among poor neighbours is luck.</p>
    </>
  );
}
