import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Parity as Report } from '../api/contracts';
import { sessions } from '../api/queries';
import { change } from '../api/request';
import { percent } from '../figures/format';
import { Facts } from '../parts/Facts';
import { Failed, Panel } from '../parts/Panel';
import { Pill } from '../parts/words';
import { useRights } from '../shell/rights';

const longestComparison = 600_000; // ms, which the gateway waits too

// Its figures come as text, as all that a change is answered with.
type Told = { [name in keyof Report]: string };

/** Runs a session's bars through a backtest and holds both against each other, signal by signal and order by order. */
export function Parity() {
  const known = useQuery(sessions);
  const [wanted, choose] = useState<string>();
  const { mayTrade } = useRights();
  const session = wanted ?? known.data?.[0]?.sessionId;
  const asked = useMutation({ mutationFn: (id: string) => change<Told>('POST', `/api/v1/backtest/parity/${encodeURIComponent(id)}`, undefined, { patience: longestComparison }) });
  return (
    <div className="stack narrow">
      <Panel title="Live against backtest" of={known} empty={all => all.length === 0 && 'No session yet. Start one with ./run or ./algo replay.'}>
        {all => (
          <div className="stacked">
            <p>The same bars again through the same engines: whatever differs from what the session did is named.</p>
            <label>Session<select value={session} onChange={event => choose(event.target.value)}>{all.map(({ sessionId }) => <option key={sessionId}>{sessionId}</option>)}</select></label>
            {mayTrade && <button type="button" className="main" disabled={asked.isPending || session === undefined} onClick={() => session && asked.mutate(session)}>{asked.isPending ? 'Comparing …' : 'Compare'}</button>}
          </div>
        )}
      </Panel>
      {asked.isError && <section className="panel" aria-label="Outcome"><Failed error={asked.error} /></section>}
      {asked.data && <Outcome of={asked.data} />}
    </div>
  );
}

function Outcome({ of }: { of: Told }) {
  const isSame = Number(of.score) === 1;
  return (
    <section className="panel" aria-label="Outcome">
      <Facts
        className="rows"
        of={[
          ['Session', of.sessionId],
          ['Parity', <Pill key="parity" tone={isSame ? 'good' : 'bad'}>{percent(of.score, 2)}</Pill>],
          ['Signals the same', `${of.signalsEqual} of ${of.signalsLive} live, ${of.signalsBacktest} in the backtest`],
          ['Orders the same', `${of.intentsEqual} of ${of.intentsLive} live, ${of.intentsBacktest} in the backtest`],
          ['Order list, live', <span key="live" className="mono">{of.orderListHashLive.slice(0, 20)}</span>],
          ['Order list, backtest', <span key="backtest" className="mono">{of.orderListHashBacktest.slice(0, 20)}</span>],
          of.firstDifference !== null && ['The first difference', of.firstDifference, 'bad'],
        ]}
      />
    </section>
  );
}
