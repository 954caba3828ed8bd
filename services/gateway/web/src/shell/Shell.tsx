import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Me } from '../api/contracts';
import { follow, useLine } from '../api/live';
import { status } from '../api/queries';
import { builtAt, release } from '../api/release';
import { signOut } from '../api/session';
import { utc, utcClock } from '../figures/format';
import { KillSwitch, ModeBadge, SwitchDialog } from '../mission/KillSwitch';
import { useNow } from '../parts/now';
import { ErrorBoundary } from './ErrorBoundary';
import { Link } from './Link';
import { Palette, type Place } from './Palette';
import { useRights } from './rights';
import { usePath } from './route';
import { type Theme, useTheme } from './theme';
import { Toasts } from './Toasts';

type Entry = { path: string; name: string; short: string; Screen: React.ComponentType; forAdmins?: true };

const screens: Entry[] = [
  { path: '/', name: 'Mission control', short: 'Control', Screen: lazy(() => import('../mission/Mission')) },
  { path: '/chart', name: 'Chart and trade', short: 'Chart', Screen: lazy(() => import('../chart/Chart')) },
  { path: '/signals', name: 'Signals', short: 'Signals', Screen: lazy(() => import('../signals/Signals')) },
  { path: '/orders', name: 'Orders', short: 'Orders', Screen: lazy(() => import('../orders/Orders')) },
  { path: '/positions', name: 'Positions', short: 'Positions', Screen: lazy(() => import('../positions/Positions')) },
  { path: '/strategies', name: 'Strategies', short: 'Strategies', Screen: lazy(() => import('../strategies/Strategies')) },
  { path: '/backtests', name: 'Backtests', short: 'Backtests', Screen: lazy(() => import('../backtests/Backtests')) },
  { path: '/users', name: 'Users', short: 'Users', Screen: lazy(() => import('../administration/Users')), forAdmins: true },
  { path: '/audit', name: 'Audit trail', short: 'Audit', Screen: lazy(() => import('../administration/Audit')), forAdmins: true },
];

const security: Entry = { path: '/security', name: 'Security', short: 'Security', Screen: lazy(() => import('../security/Security')) };

/** What is around every screen. */
export function Shell({ user }: { user: Me }) {
  const path = usePath();
  const queries = useQueryClient();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => follow(queries), [queries]);
  const { mayAdminister } = useRights();
  const screen = [...screens, security].find(each => each.path === path);
  const isShut = screen?.forAdmins === true && !mayAdminister;
  useEffect(() => {
    document.title = `${screen?.name ?? 'Not found'} · AlgoStack`;
    document.querySelector('.screens [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    // Who moves on by keyboard goes on reading where the new screen begins.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [screen]);
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the screen</a>
      <header className="top">
        <span className="brand"><img src="/console/favicon.svg" alt="" width="20" height="20" />AlgoStack</span>
        <ModeBadge />
        <Connection />
        <Clock />
        <User user={user} />
        <KillSwitch />
      </header>
      <nav className="screens" aria-label="Screens">
        {screens.filter(each => mayAdminister || !each.forAdmins).map(({ path: to, name, short }) => (
          <Link key={to} to={to} current={to === path}><span className="long">{name}</span><span className="short">{short}</span></Link>
        ))}
      </nav>
      <Commands />
      <Toasts />
      <LostBanner />
      <main id="main" ref={main} tabIndex={-1}>
        <h1 className="only-read">{screen?.name ?? 'Not found'}</h1>
        <ErrorBoundary key={path}>
          <Suspense fallback={<p role="status" className="nothing">Loading …</p>}>
            {screen && !isShut ? <screen.Screen /> : <p className="nothing">{isShut ? 'This screen is for administrators.' : 'There is no such screen.'} <Link to="/">Mission control</Link></p>}
          </Suspense>
        </ErrorBoundary>
      </main>
      <footer className="foot">
        <span className="dim">Ctrl+K: to a screen, an instrument, an action</span>
        <a href="/console/licences.txt">Licences</a>
        <span className="dim" title={`Built ${utc(builtAt)} UTC`}>{release}</span>
      </footer>
    </div>
  );
}

/** Where Ctrl+K leads to, and what it does. */
function Commands() {
  const [, setTheme] = useTheme();
  const [halting, setHalting] = useState(false);
  const { mayTrade, mayAdminister } = useRights();
  const actions: Place[] = [
    ...(mayTrade ? [{ name: 'Halt trading …', run: () => setHalting(true) }] : []),
    { name: 'Dark', run: () => setTheme('dark') }, { name: 'Light', run: () => setTheme('light') },
    { name: 'Orders that work', path: '/orders?status=open' }, { name: 'Sign out', run: () => void signOut() },
  ];
  return (
    <>
      <Palette places={[...screens.filter(each => mayAdminister || !each.forAdmins), security, ...actions]} />
      {halting && <SwitchDialog to="Halted" onClose={() => setHalting(false)} />}
    </>
  );
}

function Connection() {
  const line = useLine();
  const words = { live: 'Connected', connecting: 'Connecting', lost: 'Lost' }[line];
  const dot = { live: 'healthy', connecting: 'degraded', lost: 'unreachable' }[line];
  return <span className="line" role="status"><i className={`dot ${dot}`} />{words}</span>;
}

function Clock() {
  const now = useNow();
  return <time className="clock" dateTime={new Date(now).toISOString()} title={`${utc(now)} UTC`}>{utcClock(now).slice(0, 8)} <span className="dim">UTC</span></time>;
}

function LostBanner() {
  const line = useLine();
  // Asked all the time: what it answered last is when the connection was last known to stand.
  const { dataUpdatedAt } = useQuery(status);
  if (line !== 'lost') return null;

  return (
    <p className="banner" role="alert">
      The connection to AlgoStack is lost. {dataUpdatedAt > 0 && <>What you see is as it was at {utcClock(dataUpdatedAt).slice(0, 8)} UTC or before. </>}Trying again.
    </p>
  );
}

function User({ user }: { user: Me }) {
  const [theme, setTheme] = useTheme();
  const leaving = useMutation({ mutationFn: signOut });
  return (
    <details
      className="user"
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
      }}
    >
      <summary><span className="name">{user.name}</span> <span className="role">{user.role}</span></summary>
      <div className="menu">
        <label>
          Appearance
          <select value={theme} onChange={event => setTheme(event.target.value as Theme)}>
            <option value="system">As the system</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        </label>
        <Link to={security.path}>Password, second factor, sessions</Link>
        {leaving.isError && <p role="alert" className="bad">{leaving.error.message}</p>}
        <button type="button" onClick={() => leaving.mutate()} disabled={leaving.isPending}>Sign out</button>
      </div>
    </details>
  );
}
