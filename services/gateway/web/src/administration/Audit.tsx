import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AuditEntry } from '../api/contracts';
import { audit, type AuditFilter, users } from '../api/queries';
import { utc } from '../figures/format';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Pill } from '../parts/words';
import { useChoice } from '../shell/route';
import { actions, actionWords, byWords, summaryOf, toneOf } from './entries';
import { EntryDrawer } from './EntryDrawer';

const columns: Column<AuditEntry>[] = [
  { name: 'UTC', cell: entry => <time dateTime={entry.at}><span className="wide">{utc(entry.at).slice(0, 5)}</span>{utc(entry.at).slice(5, 16)}<span className="wide">{utc(entry.at).slice(16)}</span></time> },
  { name: 'What', cell: entry => <Pill tone={toneOf(entry)}>{actionWords(entry.action)}</Pill> },
  { name: 'By', cell: entry => <span className="clip">{byWords(entry)}</span> },
  { name: 'From', wide: true, cell: entry => entry.by.address ?? '–' },
  { name: 'About', wide: true, cell: entry => (entry.user === null ? '–' : <span className="clip">{entry.user.name ?? 'a deleted user'}</span>) },
  { name: 'In detail', cell: entry => <span className="reason" title={summaryOf(entry)}>{summaryOf(entry)}</span> },
];

const dayMs = 86_400_000;

/** The end of a day that is chosen is within it. */
const filterOf = (user: string | undefined, action: string | undefined, from: string | undefined, to: string | undefined): AuditFilter => ({
  ...(user ? { user } : {}), ...(action ? { action } : {}), ...(from ? { from: `${from}T00:00:00Z` } : {}), ...(to ? { to: new Date(Date.parse(to) + dayMs).toISOString() } : {}),
});

/** Who did what, from where, the newest first. */
export default function Audit() {
  const [user, setUser] = useChoice('user');
  const [action, setAction] = useChoice('action');
  const [from, setFrom] = useChoice('from');
  const [to, setTo] = useChoice('to');
  const filter = filterOf(user, action, from, to);
  const everybody = useQuery(users).data ?? [];
  return (
    <div className="stack">
      <div className="chips" role="group" aria-label="Filter">
        <label>
          User
          <select value={user ?? ''} onChange={event => setUser(event.target.value || undefined)}>
            <option value="">All</option>
            {everybody.map(({ userId, name }) => <option key={userId} value={userId}>{name}</option>)}
            {user && !everybody.some(each => each.userId === user) && <option value={user}>{user}</option>}
          </select>
        </label>
        <label>
          What
          <select value={action ?? ''} onChange={event => setAction(event.target.value || undefined)}>
            <option value="">All</option>
            {Object.entries(actions).map(([name, words]) => <option key={name} value={name}>{words}</option>)}
          </select>
        </label>
        <label>From, UTC<input type="date" value={from ?? ''} onChange={event => setFrom(event.target.value || undefined)} /></label>
        <label>Through<input type="date" value={to ?? ''} onChange={event => setTo(event.target.value || undefined)} /></label>
      </div>
      <Pages key={JSON.stringify(filter)} filter={filter} onUser={setUser} />
    </div>
  );
}

function Pages({ filter, onUser }: { filter: AuditFilter; onUser: (user: string) => void }) {
  // Where each page after the first begins, so that the way back is known.
  const [begins, setBegins] = useState<number[]>([]);
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const read = useQuery(audit(filter, begins.at(-1)));
  const next = read.data?.next ?? null;
  return (
    <>
      <Panel
        title="Audit trail"
        of={read}
        className="tall roomy"
        count={({ entries }) => `${begins.length === 0 ? 'newest ' : ''}${entries.length}`}
        empty={({ entries }) => entries.length === 0 && (Object.keys(filter).length === 0 ? 'Nobody did anything yet.' : 'Nothing of this kind was done.')}
        actions={
          <>
            {begins.length > 0 && <button type="button" onClick={() => setBegins(begins.slice(0, -1))} disabled={read.isPlaceholderData}>Newer ones</button>}
            {next !== null && <button type="button" onClick={() => setBegins([...begins, next])} disabled={read.isPlaceholderData}>Older ones</button>}
          </>
        }
      >
        {({ entries }) => <Table label="Audit trail" columns={columns} rows={entries} keyOf={entry => `${entry.sequence}`} onOpen={setOpen} />}
      </Panel>
      {open && <EntryDrawer entry={open} onUser={onUser} onClose={() => setOpen(null)} />}
    </>
  );
}
