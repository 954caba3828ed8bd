import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../api/attempt';
import type { Backtest } from '../api/contracts';
import { backtests, instruments, sessions, strategies } from '../api/queries';
import { utc } from '../figures/format';
import { timeframes } from '../figures/timeframes';
import { Failed, Panel } from '../parts/Panel';
import { together } from '../parts/together';
import { useChoice } from '../shell/route';
import { parametersOf } from './heat';
import { ModelFields, modelsOf } from './Models';

/** What to run, over what: a session's bars, or an instrument's over a range. */
export function RunForm({ onStarted }: { onStarted: (id: string) => void }) {
  const known = useQuery(instruments);
  const offered = useQuery(strategies);
  const recorded = useQuery(sessions);
  const queries = useQueryClient();
  const [over, setOver] = useState('');
  const [asked] = useChoice('strategy');
  const [given] = useChoice('parameters');
  const [strategy, setStrategy] = useState(asked ?? '');
  const wanted = strategy === asked ? parametersOf(given ?? '') : new Map<string, string>();
  const start = useAttempt<Backtest>('/api/v1/backtest/replay');
  const chosen = offered.data?.find(each => each.name === strategy);
  const started = useMutation({
    mutationFn: (form: FormData) => start(requestOf(form, over, strategy, chosen?.parameters.map(each => each.name) ?? [])),
    onSuccess: async ({ backtestId }) => {
      onStarted(backtestId);
      await queries.invalidateQueries({ queryKey: backtests.queryKey });
    },
  });
  const today = utc(Date.now()).slice(0, 10);
  return (
    <Panel
      title="New backtest"
      of={together([known, offered, recorded])}
      empty={() => known.data?.length === 0 && recorded.data?.length === 0 && 'There are no bars yet. Start a session with ./run.'}
    >
      {() => (
        <form
          className="ticket"
          onSubmit={event => {
            event.preventDefault();
            started.mutate(new FormData(event.currentTarget));
          }}
        >
          <label>
            Over
            <select value={over} onChange={event => setOver(event.target.value)} required>
              <option value="">Choose …</option>
              <optgroup label="Instruments">{known.data?.map(({ id }) => <option key={id} value={`instrument ${id}`}>{id}</option>)}</optgroup>
              <optgroup label="Sessions">{recorded.data?.map(({ sessionId }) => <option key={sessionId} value={`session ${sessionId}`}>{sessionId}</option>)}</optgroup>
            </select>
          </label>
          <label>
            Strategy
            <select value={strategy} onChange={event => setStrategy(event.target.value)}>
              <option value="">Those by default</option>
              {offered.data?.filter(each => !each.isOfPair).map(each => <option key={each.name}>{each.name}</option>)}
            </select>
          </label>
          {over.startsWith('instrument ') && (
            <>
              <label>Timeframe<select name="timeframe" defaultValue="1d">{timeframes.map(each => <option key={each}>{each}</option>)}</select></label>
              <span />
              <label>From, UTC<input type="date" name="from" defaultValue="2000-01-01" required /></label>
              <label>To, UTC<input type="date" name="to" defaultValue={today} required /></label>
            </>
          )}
          {chosen?.parameters.map(each => (
            <label key={`${strategy} ${each.name}`} title={each.meaning}>
              {each.name}
              <input name={each.name} type="number" min={each.least} max={each.most} step={each.isWhole ? 1 : 'any'} defaultValue={wanted.get(each.name) ?? each.default} required />
            </label>
          ))}
          <ModelFields />
          {started.isError && <div className="whole"><Failed error={started.error} /></div>}
          <button type="submit" className="main whole" disabled={over === '' || started.isPending}>{started.isPending ? 'Waiting for the answer …' : 'Run'}</button>
        </form>
      )}
    </Panel>
  );
}

function requestOf(form: FormData, over: string, strategy: string, parameters: string[]): Record<string, unknown> {
  const name = over.slice(over.indexOf(' ') + 1);
  const strategies = strategy === '' ? {} : { strategies: [{ name: strategy, parameters: parameters.map(each => `${each}=${form.get(each)}`).join(' '), instruments: [] }] };
  return over.startsWith('session ')
    ? { sessionId: name, ...strategies, ...modelsOf(form) }
    : { instruments: [name], timeframe: form.get('timeframe'), from: `${form.get('from')}T00:00:00Z`, to: `${form.get('to')}T23:59:59Z`, ...strategies, ...modelsOf(form) };
}
