import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Signal } from '../api/contracts';
import { sessions, type SignalFilter, signals } from '../api/queries';
import { count, latency, quoted, share } from '../figures/format';
import { Meter } from '../parts/Meter';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Minute, sideTone } from '../parts/words';
import { useChoice } from '../shell/route';
import { SignalDrawer } from './SignalDrawer';

const page = 100;
const most = 1_000;

const columns: Column<Signal>[] = [
  { name: 'Bar, UTC', cell: signal => <Minute at={signal.barClose} timeframe={signal.timeframe} /> },
  { name: 'Direction', cell: signal => signal.direction, tone: signal => sideTone(signal.direction) },
  { name: 'Instrument', cell: signal => signal.instrument },
  { name: 'Score', cell: signal => <span className="score"><Meter value={signal.score} />{share(signal.score)}</span> },
  { name: 'Close', right: true, wide: true, cell: signal => quoted(signal.close) },
  { name: 'Regime', wide: true, cell: signal => signal.regime },
  { name: 'Strategy', cell: signal => signal.strategy },
  { name: 'Latency', right: true, wide: true, cell: signal => latency(signal.latencyMs) },
  { name: 'Why', wide: true, cell: signal => <span className="reason" title={signal.rationale}>{signal.rationale}</span> },
];

/** What strategies want, newest first, and why. */
export default function Signals() {
  const [session, setSession] = useChoice('session');
  const [strategy, setStrategy] = useChoice('strategy');
  const [instrument, setInstrument] = useChoice('instrument');
  const [openId, setOpenId] = useChoice('signal');
  // A signal that somebody was sent to may be an old one.
  const [limit, setLimit] = useState(openId ? most : page);
  const filter: SignalFilter = { ...(session ? { session } : {}), ...(strategy ? { strategy } : {}), ...(instrument ? { instrument } : {}) };
  const read = useQuery(signals(filter, limit));
  const all = useQuery(sessions).data ?? [];
  const found = read.data?.find(signal => signal.signalId === openId);
  return (
    <div className="stack">
      <div className="chips" role="group" aria-label="Filter">
        <Choice name="Session" value={session} of={all.map(each => each.sessionId)} onChoose={setSession} />
        <Choice name="Strategy" value={strategy} of={(read.data ?? []).map(each => each.strategy)} onChoose={setStrategy} />
        <Choice name="Instrument" value={instrument} of={(read.data ?? []).map(each => each.instrument)} onChoose={setInstrument} />
      </div>
      <Panel title="Signals" of={read} className="tall" count={shown => `newest ${count(shown.length)}`} empty={shown => shown.length === 0 && 'No signals yet.'}>
        {shown => (
          <>
            <Table label="Signals" columns={columns} rows={shown} keyOf={signal => `${signal.sessionId} ${signal.signalId}`} onOpen={signal => setOpenId(signal.signalId)} />
            {shown.length === limit && limit < most && (
              <p className="more"><button type="button" onClick={() => setLimit(Math.min(most, limit + page))} disabled={read.isFetching}>Older ones</button></p>
            )}
          </>
        )}
      </Panel>
      {openId && read.data && !found && <p className="note" role="status">The signal that was asked for is not among the newest {count(read.data.length)} shown here.</p>}
      {found && <SignalDrawer signal={found} onClose={() => setOpenId(undefined)} />}
    </div>
  );
}

function Choice({ name, value, of, onChoose }: { name: string; value: string | undefined; of: string[]; onChoose: (value: string | undefined) => void }) {
  return (
    <label>
      {name}
      <select value={value ?? ''} onChange={event => onChoose(event.target.value || undefined)}>
        <option value="">All</option>
        {[...new Set([...(value ? [value] : []), ...of])].sort().map(each => <option key={each}>{each}</option>)}
      </select>
    </label>
  );
}
