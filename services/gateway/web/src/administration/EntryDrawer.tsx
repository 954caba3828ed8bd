import { useQuery } from '@tanstack/react-query';
import type { AuditEntry } from '../api/contracts';
import { eventsOfTrace } from '../api/queries';
import { utc, utcClock } from '../figures/format';
import { Dialog } from '../parts/Dialog';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { actionWords, byWords, leavesOf } from './entries';

/** Services that keep what they did in a store of events. */
const keepers = ['broker-routing', 'signal', 'alerting', 'backtest'];

/** One entry, whole: who, from where, what was before and after, and what the service made of it. */
export function EntryDrawer({ entry, onUser, onClose }: { entry: AuditEntry; onUser: (user: string) => void; onClose: () => void }) {
  const { by, user, traceId, details } = entry;
  const service = String(details['service'] ?? '');
  const { before = null, after = null, ...rest } = details;
  return (
    <Dialog drawer title={actionWords(entry.action)} onClose={onClose}>
      <Facts
        className="rows"
        of={[
          ['When, UTC', `${utc(entry.at).slice(0, 10)} ${utcClock(entry.at)}`],
          ['By', byWords(entry)],
          ['From', by.address ?? 'not kept'],
          by.userAgent ? ['With', by.userAgent] : null,
          user !== null && ['About', user.name ?? `${user.userId}, deleted`],
          ...leavesOf({ before, after, ...rest }).map(([name, text]): [string, string] => [titleOf(name), text]),
          by.sessionId !== null && ['Session', <span key="session" className="mono">{by.sessionId}</span>],
          by.apiKeyId !== null && ['API key', <span key="key" className="mono">{by.apiKeyId}</span>],
          traceId !== null && ['Trace', <span key="trace" className="mono">{traceId}</span>],
          ['Number', `${entry.sequence}`],
        ]}
      />
      {user !== null && (
        <div className="buttons">
          <button type="button" onClick={() => { onUser(user.userId); onClose(); }}>All of {user.name ?? 'this user'}</button>
        </div>
      )}
      {entry.action === 'change_made' && traceId !== null && keepers.includes(service) && <Made service={service} trace={traceId} at={entry.at} />}
    </Dialog>
  );
}

/** `idempotencyKey` as `Idempotency key`. */
function titleOf(name: string): string {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

function Made({ service, trace, at }: { service: string; trace: string; at: string }) {
  const read = useQuery(eventsOfTrace(service, trace, at));
  return (
    <Panel title={`What ${service} made of it`} of={read} className="flat" count={({ events }) => `${events.length} events`} empty={({ events }) => events.length === 0 && 'It stored nothing.'}>
      {({ events }) => (
        <ol className="timeline">
          {events.map(({ sequence, type, stream, at: stored, data }) => (
            <li key={sequence} className="info">
              <p className="head"><b>{type.replaceAll('_', ' ')}</b><time dateTime={stored}>{utcClock(stored)}</time></p>
              <p className="mono dim">{stream}</p>
              <details>
                <summary>What it says</summary>
                <Facts className="rows" of={leavesOf(data)} />
              </details>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
