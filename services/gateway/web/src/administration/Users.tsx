import { useQuery } from '@tanstack/react-query';
import type { User } from '../api/contracts';
import { issuer, users } from '../api/queries';
import { count, utc } from '../figures/format';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Pill } from '../parts/words';
import { useChoice } from '../shell/route';
import { Invitation } from './Invitation';
import { UserDrawer } from './UserDrawer';

const columns: Column<User>[] = [
  { name: 'Name', sort: user => user.name.toLowerCase(), cell: user => <span className="clip">{user.name}</span> },
  { name: 'Role', sort: user => user.role, cell: user => user.role },
  { name: 'State', cell: user => <StatePill of={user} /> },
  { name: 'Second factor', wide: true, cell: user => (user.isFederated ? 'elsewhere' : user.hasSecondFactor ? 'on' : <span className="warn-text">off</span>) },
  { name: 'Signed in, UTC', sort: user => user.lastSignedInAt ?? '', cell: user => (user.lastSignedInAt ? utc(user.lastSignedInAt).slice(0, 16) : 'never') },
  { name: 'Sessions', right: true, wide: true, sort: user => user.openSessions, cell: user => count(user.openSessions) },
  { name: 'API keys', right: true, wide: true, sort: user => user.openApiKeys, cell: user => count(user.openApiKeys) },
  { name: 'Made, UTC', right: true, wide: true, sort: user => user.createdAt, cell: user => <span className="dim">{utc(user.createdAt).slice(0, 10)}</span> },
];

export const StatePill = ({ of: { state } }: { of: User }) => (state === 'enabled' ? <Pill tone="good">may sign in</Pill> : <Pill tone="bad">locked</Pill>);

/** Who may come in, as what, and from where they are in. */
export default function Users() {
  const read = useQuery(users);
  const host = useQuery(issuer).data?.host;
  const [openId, setOpenId] = useChoice('user');
  const found = read.data?.find(each => each.userId === openId);
  return (
    <div className="screen">
      <div className="span-8 wide-too stack">
        <Panel title="Users" of={read} className="tall" count={all => count(all.length)} empty={all => all.length === 0 && 'There is nobody.'}>
          {all => <Table label="Users" columns={columns} rows={all} keyOf={user => user.userId} onOpen={user => setOpenId(user.userId)} dim={user => user.state === 'disabled'} />}
        </Panel>
      </div>
      <div className="span-4 wide-too stack">{host === null && <Invitation />}{host && <Elsewhere host={host} />}</div>
      {found && <UserDrawer user={found} onClose={() => setOpenId(undefined)} />}
    </div>
  );
}

function Elsewhere({ host }: { host: string }) {
  return (
    <section className="panel" aria-labelledby="from-elsewhere">
      <header><h2 id="from-elsewhere">From {host}</h2></header>
      <div className="stacked"><p>Who may come in, and as what, is said there, each time they sign in. Who is locked here stays out.</p></div>
    </section>
  );
}
