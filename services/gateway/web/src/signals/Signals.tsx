import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Signal } from '../api/contracts';
import { justAfter, sessions, type SignalFilter, signalOf, signals } from '../api/queries';
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
  // Of a signal that somebody is sent to: by when its bar had closed.
  const [at, setAt] = useChoice('at');
  const [limit, setLimit] = useState(page);
  const [before, setBefore] = useState<string>();
  const filter: SignalFilter = { ...(session ? { session } : {}), ...(strategy ? { strategy } : {}), ...(instrument ? { instrument } : {}), ...(before ? { before } : {}) };
  const read = useQuery(signals(filter, limit));
  const all = useQuery(sessions).data ?? [];
  const listed = read.data?.find(signal => signal.signalId === openId);
  const alone = useQuery({ ...signalOf(openId ?? '', at ?? '', session), enabled: openId !== undefined && at !== undefined && !listed && !read.isPending });
  const found = listed ?? alone.data;
  const open = (signal: Signal | undefined) => {
    setOpenId(signal?.signalId);
    setAt(signal?.barClose);
  };
  const go = (from: string | undefined) => {
    setBefore(from);
    setLimit(page);
  };
  const narrow = (choose: (value: string | undefined) => void, to: string | undefined) => {
    go(undefined);
    choose(to);
  };
  const older = (shown: Signal[]) => {
    if (limit < most) return setLimit(Math.min(most, limit + page));

    // Those of the last bar that were left out come again, unless it is the only bar.
    const [first, last] = [shown[0]?.barClose, shown.at(-1)?.barClose];
    go(last && last !== first ? justAfter(last) : last);
  };
  return (
    <div className="stack">
      <div className="chips" role="group" aria-label="Filter">
        <Choice name="Session" value={session} of={all.map(each => each.sessionId)} onChoose={value => narrow(setSession, value)} />
        <Choice name="Strategy" value={strategy} of={(read.data ?? []).map(each => each.strategy)} onChoose={value => narrow(setStrategy, value)} />
        <Choice name="Instrument" value={instrument} of={(read.data ?? []).map(each => each.instrument)} onChoose={value => narrow(setInstrument, value)} />
      </div>
      <Panel title="Signals" of={read} className="tall" count={shown => (before ? `${count(shown.length)} older ones` : `newest ${count(shown.length)}`)} empty={shown => shown.length === 0 && (before ? 'There are no older ones.' : 'No signals yet.')} actions={before && <button type="button" onClick={() => go(undefined)}>Newest ones</button>}>
        {shown => (
          <>
            <Table label="Signals" columns={columns} rows={shown} keyOf={signal => `${signal.sessionId} ${signal.signalId}`} onOpen={open} />
            {shown.length === limit && (limit < most || session
              ? <p className="more"><button type="button" onClick={() => older(shown)} disabled={read.isFetching}>Older ones</button></p>
              : <p className="note">Choose a session to see older ones.</p>)}
          </>
        )}
      </Panel>
      {openId && read.data && !found && !alone.isLoading && <p className="note" role="status">The signal that was asked for cannot be shown: {alone.error?.message ?? `it is not among the ${count(at ? 1_000 : read.data.length)} that were looked through.`}</p>}
      {found && <SignalDrawer signal={found} onClose={() => open(undefined)} />}
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
