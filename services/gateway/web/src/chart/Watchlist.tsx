import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { InstrumentTerms, Quote } from '../api/contracts';
import { quotes } from '../api/queries';
import { usePrice } from '../api/prices';
import { quoted, symbolOf, utc } from '../figures/format';
import { Panel, type Read } from '../parts/Panel';
import { Ticking } from '../parts/Ticking';

const key = 'algostack-watchlist';
const atFirst = 8;
const most = 30;

function kept(): string[] | null {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return Array.isArray(list) ? list.filter(each => typeof each === 'string').slice(0, most) : null;
  } catch {
    return null;
  }
}

/** Instruments that one looks at, kept in this browser: what each costs, and since the day before. */
export function Watchlist({ known, session, chosen, onChoose }: { known: Read<InstrumentTerms[]>; session: string | undefined; chosen: string | undefined; onChoose: (id: string) => void }) {
  const [own, setOwn] = useState(kept);
  const list = own ?? known.data?.slice(0, atFirst).map(each => each.id) ?? [];
  const read = useQuery(quotes(list));
  const keep = (next: string[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setOwn(next);
  };
  const isWatched = chosen !== undefined && list.includes(chosen);
  return (
    <Panel
      title="Watchlist"
      of={list.length > 0 ? read : own ? { ...read, data: [], dataUpdatedAt: Date.now(), isError: false } : { ...known, data: known.data && [] }}
      className="short-list"
      empty={() => list.length === 0 && 'Choose an instrument and watch it.'}
      actions={chosen && <button type="button" onClick={() => keep(isWatched ? list.filter(each => each !== chosen) : [...list, chosen].slice(-most))}>{isWatched ? 'Remove' : 'Watch'} {symbolOf(chosen)}</button>}
    >
      {told => (
        <div className="scroll" tabIndex={0} role="group" aria-label="Watchlist">
          <ul className="rows watch">
            {list.map(id => <Row key={id} id={id} session={session} quote={told.find(each => each.n === id)} isChosen={id === chosen} onChoose={() => onChoose(id)} />)}
          </ul>
        </div>
      )}
    </Panel>
  );
}

type Watched = { id: string; session: string | undefined; quote: Quote | undefined; isChosen: boolean; onChoose: () => void };

function Row({ id, session, quote, isChosen, onChoose }: Watched) {
  const heard = usePrice(id, session ?? 'live');
  // A replay is at a time of its own, of which the newest on the tape says nothing.
  const { lp, ch } = session === undefined || session === 'live' ? quote?.v ?? {} : {};
  const last = heard?.price ?? lp;
  const before = lp !== undefined && ch !== undefined ? lp - ch : undefined;
  const change = last === undefined || !before ? null : last / before - 1;
  return (
    <li className={isChosen ? 'chosen' : ''}>
      <button type="button" className="link what" aria-pressed={isChosen} onClick={onChoose}>{id}</button>
      <Ticking value={last} title={heard ? `Of ${utc(heard.at)} UTC, from ${heard.session}` : 'The newest on the tape'}>{quoted(last)}</Ticking>
      <span className={`n ${change === null ? 'dim' : change >= 0 ? 'up' : 'down'}`}>{change === null ? '–' : `${change >= 0 ? '+' : '\u2212'}${(Math.abs(change) * 100).toFixed(2)} %`}</span>
    </li>
  );
}
