import { expect, test } from 'vitest';
import type { Account, ServiceStatus, SessionStatus } from '../api/contracts';
import { lightsOf } from './lights';

const service = (service: string, checks: [string, string][], checkedAt = '2026-01-01T00:00:10Z') =>
  ({ service, state: 'healthy', checkedAt, checks: checks.map(([name, state]) => ({ name, state, latencyMs: 1, detail: state === 'healthy' ? null : 'gone' })) }) as unknown as ServiceStatus;
const now = Date.parse('2026-01-01T00:10:00Z');

test('a light is as bad as the worst that a service says, and as old as the oldest', () => {
  const [, , bus, database] = lightsOf([
    service('signal', [['postgres', 'healthy'], ['signal.evaluate-bars.0', 'healthy']], '2026-01-01T00:00:05Z'), service('alerting', [['postgres', 'unhealthy']]),
  ], [], [], now);
  expect(database).toEqual({ name: 'Database', state: 'unhealthy', words: 'alerting: gone', at: '2026-01-01T00:00:05Z' });
  expect(bus).toMatchObject({ state: 'healthy', words: '1 checks' });
});

test('a live feed without new bars is degraded, a replay is none', () => {
  const live = (lastBar: string) => [{ sessionId: 'live', source: 'binance', state: 'running', timeframe: '1m', lastBar }] as SessionStatus[];
  expect(lightsOf([], live('2026-01-01T00:09:00Z'), [], now)[0]?.state).toBe('healthy');
  expect(lightsOf([], live('2026-01-01T00:01:00Z'), [], now)[0]?.state).toBe('degraded');
  expect(lightsOf([], [{ sessionId: 'replay-1', state: 'running' } as SessionStatus], [], now)[0]).toMatchObject({ state: 'healthy', words: '1 replay running' });
});

test('an account that is held back turns the brokers red', () => {
  const account = { account: 'main', isProven: false, gatedBecause: 'a drift', reconciledAt: null } as Account;
  expect(lightsOf([], [], [account], now)[1]).toMatchObject({ state: 'unhealthy', words: 'main: a drift' });
});

test('what could not be read is neither none nor well', () => {
  const [feed, brokers] = lightsOf([], undefined, undefined, now);
  expect([feed, brokers]).toEqual(['Feed', 'Brokers'].map(name => ({ name, state: 'unknown', words: 'could not be read yet', at: null })));
  expect(lightsOf([], [], [], now)[1]?.words).toBe('no account at a venue');
});
