// What stands behind all services, each as the worst that any of them says of it.

import type { Account, ServiceStatus, SessionStatus } from '../api/contracts';

export type Light = { name: string; state: ServiceStatus['state']; words: string; at: string | null };

const order = ['healthy', 'unknown', 'degraded', 'unhealthy', 'unreachable'];

const worst = (states: string[]): ServiceStatus['state'] => (states.sort((a, b) => order.indexOf(b) - order.indexOf(a))[0] ?? 'unknown') as ServiceStatus['state'];

/** The oldest of what was said last: a light is no younger than that. */
const oldest = (times: (string | null)[]): string | null => times.filter(at => at !== null).sort()[0] ?? null;

function ofChecks(name: string, services: ServiceStatus[], isOne: (check: string) => boolean): Light {
  const found = services.flatMap(service => service.checks.filter(check => isOne(check.name)).map(check => ({ ...check, service: service.service, at: service.checkedAt })));
  const bad = found.filter(check => check.state !== 'healthy' && check.state !== 'ok');
  return {
    name,
    state: found.length === 0 ? 'unknown' : bad.length === 0 ? 'healthy' : worst(bad.map(check => (order.includes(check.state) ? check.state : 'unhealthy'))),
    words: found.length === 0 ? 'no service says' : bad.length === 0 ? `${found.length} checks` : bad.map(check => `${check.service}: ${check.detail ?? check.state}`).join('; '),
    at: oldest(found.map(check => check.at)),
  };
}

const feedIsQuiet = 5 * 60_000; // ms after which a live feed's newest bar is old, beyond its timeframe

const unread = (name: string): Light => ({ name, state: 'unknown', words: 'could not be read yet', at: null });

function ofFeed(sessions: SessionStatus[] | undefined, now: number): Light {
  if (!sessions) return unread('Feed');

  const live = sessions.find(session => session.sessionId === 'live');
  const running = sessions.filter(session => session.state === 'running' && session.sessionId !== 'live');
  if (live?.lastBar) {
    const late = now - Date.parse(live.lastBar) - millisecondsOf(live.timeframe);
    return { name: 'Feed', state: late > feedIsQuiet ? 'degraded' : 'healthy', words: `${live.source}, newest bar`, at: live.lastBar };
  }

  if (live?.state === 'running' || live?.state === 'starting') return { name: 'Feed', state: 'degraded', words: `${live.source}, no bar yet`, at: null };
  return { name: 'Feed', state: running.length > 0 ? 'healthy' : 'unknown', words: running.length > 0 ? `${running.length} replay${running.length > 1 ? 's' : ''} running` : 'none runs', at: null };
}

function millisecondsOf(timeframe: string | null): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(timeframe ?? '') ?? [];
  return Number(count ?? 0) * ({ s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? 's'] ?? 0);
}

function ofBroker(accounts: Account[] | undefined): Light {
  if (!accounts) return unread('Brokers');

  const held = accounts.filter(account => !account.isProven);
  return {
    name: 'Brokers',
    state: accounts.length === 0 ? 'unknown' : held.length === 0 ? 'healthy' : 'unhealthy',
    words: accounts.length === 0 ? 'no account at a venue' : held.length === 0 ? `${accounts.length} proven` : held.map(account => `${account.account}: ${account.gatedBecause ?? 'not proven'}`).join('; '),
    at: oldest(accounts.map(account => account.reconciledAt)),
  };
}

/** What could not be read is not known: that is neither none nor well. */
export function lightsOf(services: ServiceStatus[], sessions: SessionStatus[] | undefined, accounts: Account[] | undefined, now: number): Light[] {
  return [
    ofFeed(sessions, now),
    ofBroker(accounts),
    // Queues are named for the service that they belong to, as in `signal.evaluate-bars.0`.
    ofChecks('Message bus', services, check => check.includes('.') || /bus|publish|queue/.test(check)),
    ofChecks('Database', services, check => check === 'postgres'),
  ];
}
