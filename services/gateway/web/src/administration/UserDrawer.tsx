import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ApiKey, Role, SignedInSession, User } from '../api/contracts';
import { apiKeysOfUser, me, sessionsOfUser, users } from '../api/queries';
import { change } from '../api/request';
import { count, utc } from '../figures/format';
import { Confirm } from '../parts/Confirm';
import { Dialog } from '../parts/Dialog';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Pill } from '../parts/words';
import { Link } from '../shell/Link';
import { roles, roleWords } from './roles';
import { StatePill } from './Users';

/** What is about to be done to a user. */
type Asked = 'role' | 'disable' | 'enable' | 'delete' | { session: SignedInSession } | { apiKey: ApiKey };

/** One user: what they are, where they are signed in, their programs, and what may be done about it. */
export function UserDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const isSelf = useQuery(me).data?.userId === user.userId;
  return (
    <Dialog drawer title={user.name} onClose={onClose}>
      <Facts
        className="grid"
        of={[
          ['Role', user.role],
          ['State', <StatePill key="state" of={user} />],
          ['Second factor', user.isFederated ? 'elsewhere' : user.hasSecondFactor ? 'on' : 'off'],
          ['Signed in, UTC', user.lastSignedInAt ? utc(user.lastSignedInAt).slice(0, 16) : 'never'],
          ['Made, UTC', utc(user.createdAt).slice(0, 16)],
          ['Id', <span key="id" className="mono">{user.userId}</span>],
        ]}
      />
      <div className="buttons">
        {!user.isFederated && <button type="button" onClick={() => setAsked('role')}>Change the role</button>}
        {user.state === 'enabled' ? <button type="button" onClick={() => setAsked('disable')}>Lock</button> : <button type="button" onClick={() => setAsked('enable')}>Unlock</button>}
        <button type="button" className="danger" onClick={() => setAsked('delete')}>Delete</button>
      </div>
      <p className="note links"><a href={`/auth/users/${user.userId}/export`} download>All that is kept of {user.name}, as a file</a> <Link to={`/audit?user=${user.userId}`}>In the audit trail</Link></p>
      <Sessions user={user} onEnd={session => setAsked({ session })} />
      <ApiKeys user={user} onRevoke={apiKey => setAsked({ apiKey })} />
      {asked === 'role'
        ? <ChangeRole user={user} isSelf={isSelf} onClose={() => setAsked(null)} />
        : asked && <Question of={asked} user={user} isSelf={isSelf} onClose={() => setAsked(null)} />}
    </Dialog>
  );
}

function Sessions({ user, onEnd }: { user: User; onEnd: (session: SignedInSession) => void }) {
  const read = useQuery(sessionsOfUser(user.userId));
  const columns: Column<SignedInSession>[] = [
    { name: 'Since, UTC', cell: row => utc(row.createdAt).slice(5, 16) },
    { name: 'Last used', cell: row => utc(row.lastUsedAt).slice(5, 16) },
    { name: 'From', cell: row => <span title={row.userAgent ?? ''}>{row.address ?? '–'}</span> },
    { name: 'End', cell: row => (row.current ? <Pill tone="info">this one</Pill> : <button type="button" className="small" onClick={() => onEnd(row)}>End</button>) },
  ];
  return (
    <Panel title="Signed in" of={read} className="flat" count={all => count(all.length)} empty={all => all.length === 0 && 'Nowhere.'}>
      {all => <Table label="Signed in" columns={columns} rows={all} keyOf={row => row.sessionId} />}
    </Panel>
  );
}

function ApiKeys({ user, onRevoke }: { user: User; onRevoke: (key: ApiKey) => void }) {
  const read = useQuery(apiKeysOfUser(user.userId));
  const columns: Column<ApiKey>[] = [
    { name: 'Name', cell: key => <span className="clip">{key.name}</span> },
    { name: 'May', cell: key => key.scopes.join(', ') },
    { name: 'Good until, UTC', wide: true, cell: key => key.secrets.map(secret => utc(secret.expiresAt).slice(0, 10)).join(', ') },
    { name: 'End', cell: key => <button type="button" className="small" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>Revoke</button> },
  ];
  return (
    <Panel title="API keys" of={read} className="flat" count={all => count(all.length)} empty={all => all.length === 0 && 'None.'}>
      {all => <Table label="API keys" columns={columns} rows={all} keyOf={key => key.keyId} />}
    </Panel>
  );
}

/** Reads anew what is shown of users; of who was deleted there is nothing to be read. */
function useAgain(): (isDeleted?: boolean) => Promise<void> {
  const queries = useQueryClient();
  return (isDeleted = false) => queries.invalidateQueries({ queryKey: users.queryKey, exact: isDeleted });
}

const own = <p className="warn-text">It is you: your own session ends with it.</p>;

function ChangeRole({ user, isSelf, onClose }: { user: User; isSelf: boolean; onClose: () => void }) {
  const again = useAgain();
  const [role, setRole] = useState<Role>(user.role);
  const run = async () => {
    await change('PUT', `/auth/users/${user.userId}/role`, { role });
    await again();
  };
  return (
    <Confirm title={`Role of ${user.name}`} action="Change the role" tone="go" ready={role !== user.role} run={run} onClose={onClose}>
      <p>Their sessions end, and their programs may do what the new role may from now on.</p>
      {isSelf && own}
      <fieldset>
        <legend>What {user.name} is</legend>
        {roles.map(each => (
          <label key={each} className="check"><input type="radio" name="role" checked={role === each} onChange={() => setRole(each)} />{roleWords[each]}{each === user.role && ', as now'}</label>
        ))}
      </fieldset>
    </Confirm>
  );
}

type Words = { title: string; action: string; what: ReactNode; path: string; method: 'POST' | 'DELETE'; word?: string; tone?: 'go' };

function wordsOf(asked: Exclude<Asked, 'role'>, { userId, name }: User): Words {
  const path = `/auth/users/${userId}`;
  if (asked === 'disable') return { title: `Lock ${name} out`, action: 'Lock', method: 'POST', path: `${path}/disable`, what: 'Their sessions end for good, and their programs are refused until they are unlocked. Invitations that they gave out end.' };
  if (asked === 'enable') return { title: `Let ${name} in again`, action: 'Unlock', method: 'POST', path: `${path}/enable`, tone: 'go', what: 'They may sign in again, and their programs go on.' };
  if (asked === 'delete')
    return { title: `Delete ${name}`, action: 'Delete', method: 'DELETE', path, word: 'DELETE', what: 'Name, sessions, API keys and addresses are gone for good. The audit trail stays, and knows an id that is nobody’s.' };
  if ('session' in asked) {
    const { sessionId, address, createdAt } = asked.session;
    return { title: 'End this session', action: 'End it', method: 'DELETE', path: `${path}/sessions/${sessionId}`, what: `That of ${name} from ${address ?? 'somewhere'}, since ${utc(createdAt).slice(0, 16)} UTC.` };
  }

  return { title: `Revoke ${asked.apiKey.name}`, action: 'Revoke it', method: 'DELETE', path: `${path}/api-keys/${asked.apiKey.keyId}`, what: 'Programs that use it are refused within a second or so, for good.' };
}

function Question({ of, user, isSelf, onClose }: { of: Exclude<Asked, 'role'>; user: User; isSelf: boolean; onClose: () => void }) {
  const again = useAgain();
  const { title, action, what, path, method, ...how } = wordsOf(of, user);
  const run = async () => {
    await change(method, path);
    await again(of === 'delete');
  };
  return (
    <Confirm title={title} action={action} {...how} run={run} onClose={onClose}>
      <p>{what}</p>
      {isSelf && (of === 'disable' || of === 'delete') && own}
    </Confirm>
  );
}
