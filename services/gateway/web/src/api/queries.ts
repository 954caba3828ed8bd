// What is read, under which key, and how often without the doorbell.

import { hashKey, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type {
  Account, AccountLimits, Alert, ApiKey, AuditPage, Backtest, Bars, CorporateAction, EquityPoint, Execution, Fill, InstrumentTerms, Issuer, Me, Order, OrderEvent, Portfolio, PortfolioDetail, PortfolioTrade, Position, Quote,
  RoutingProgress, SessionStatus, Signal, SignedInSession, Standing, Statistics, StoredEvent, Strategy, StrategyChoice, Sweep, SweepOutcome, SystemStatus, Trade, TradingSwitch,
  User,
} from './contracts';
import { Problem } from './problem';
import { parseExact } from './exactJson';
import { query, read, readExact } from './request';

const fast = 2_000; // ms
const steady = 5_000;
const slow = 15_000;

export const me = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => read<Me>('/auth/me', signal), staleTime: 60_000 });

export const issuer = queryOptions({ queryKey: ['issuer'], queryFn: ({ signal }) => read<Issuer>('/auth/oidc', signal), staleTime: Infinity });

export const signedIn = queryOptions({
  queryKey: ['signed-in'],
  queryFn: ({ signal }) => read<SignedInSession[]>('/auth/sessions', signal),
  refetchInterval: slow,
});

export const apiKeys = queryOptions({ queryKey: ['api-keys'], queryFn: ({ signal }) => read<ApiKey[]>('/auth/api-keys', signal), refetchInterval: slow });

export const users = queryOptions({ queryKey: ['users'], queryFn: ({ signal }) => read<User[]>('/auth/users', signal), refetchInterval: steady });

const ofUser = (id: string, what: string) => `/auth/users/${encodeURIComponent(id)}${what}`;

export const sessionsOfUser = (id: string) =>
  queryOptions({ queryKey: ['users', id, 'sessions'], queryFn: ({ signal }) => read<SignedInSession[]>(ofUser(id, '/sessions'), signal), refetchInterval: steady });

export const apiKeysOfUser = (id: string) =>
  queryOptions({ queryKey: ['users', id, 'api-keys'], queryFn: ({ signal }) => read<ApiKey[]>(ofUser(id, '/api-keys'), signal), refetchInterval: slow });

export type AuditFilter = { user?: string; action?: string; from?: string; to?: string };

/** A page of the audit trail, the newest first; `before` is the `next` of the page before it. */
export const audit = (filter: AuditFilter, before: number | undefined) =>
  queryOptions({
    queryKey: ['audit', filter, before ?? 'newest'],
    queryFn: ({ signal }) => read<AuditPage>(query('/api/v1/audit', { ...filter, before, limit: 100 }), signal),
    refetchInterval: before === undefined ? steady : slow,
    placeholderData: (shown, former) => ofSame(filter, former, shown),
  });

const hour = 3_600_000; // ms

/** What a service stored in the course of a request. The time narrows the search: no work of a request's goes on for an hour. */
export const eventsOfTrace = (service: string, trace: string, at: string) =>
  queryOptions({
    queryKey: ['events', service, trace],
    queryFn: ({ signal }) =>
      readExact<{ events: StoredEvent[] }>(
        query(`/api/v1/stores/${service}/events`, { correlation: trace, order: 'oldest', limit: 100, from: new Date(Date.parse(at) - hour).toISOString(), to: new Date(Date.parse(at) + hour).toISOString() }),
        signal,
      ),
    refetchInterval: slow,
  });

export const status = queryOptions({ queryKey: ['status'], queryFn: ({ signal }) => read<SystemStatus>('/api/v1/status', signal), refetchInterval: fast });

export const trading = queryOptions({
  queryKey: ['trading'],
  queryFn: ({ signal }) => readExact<TradingSwitch[]>('/api/v1/trading', signal),
  refetchInterval: fast,
});

export const sessions = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) =>
    (await read<SessionStatus[]>('/api/v1/sessions', signal)).sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt)),
  refetchInterval: steady,
});

export const accounts = queryOptions({
  queryKey: ['accounts'],
  queryFn: ({ signal }) => readExact<Account[]>('/api/v1/routing/accounts', signal),
  refetchInterval: steady,
});

export const limits = (account: string) =>
  queryOptions({
    queryKey: ['accounts', account, 'limits'],
    queryFn: ({ signal }) => readExact<AccountLimits>(`/api/v1/routing/accounts/${encodeURIComponent(account)}/limits`, signal),
    refetchInterval: slow,
  });

export const portfolios = queryOptions({
  queryKey: ['portfolios'],
  queryFn: ({ signal }) => readExact<Portfolio[]>('/api/v1/portfolios', signal),
  refetchInterval: steady,
});

const ofPortfolio = (id: string, what: string) => `/api/v1/portfolios/${encodeURIComponent(id)}${what}`;

export const portfolio = (id: string) =>
  queryOptions({ queryKey: ['portfolios', id], queryFn: ({ signal }) => readExact<PortfolioDetail>(ofPortfolio(id, ''), signal), refetchInterval: steady });

export const positions = (id: string) =>
  queryOptions({
    queryKey: ['portfolios', id, 'positions'],
    queryFn: ({ signal }) => readExact<Position[]>(ofPortfolio(id, '/positions'), signal),
    refetchInterval: steady,
  });

/** With what is left of what came in, first in first out. */
export const lots = (id: string) =>
  queryOptions({
    queryKey: ['lots', id],
    queryFn: ({ signal }) => readExact<Position[]>(query(ofPortfolio(id, '/positions'), { cost: 'fifo' }), signal),
    refetchInterval: 30_000,
  });

export const equity = (id: string, from?: string) =>
  queryOptions({
    queryKey: ['portfolios', id, 'equity', from ?? 'all'],
    queryFn: ({ signal }) => readExact<EquityPoint[]>(query(ofPortfolio(id, '/equity'), { from }), signal),
    refetchInterval: slow,
  });

export const statistics = (id: string) =>
  queryOptions({
    queryKey: ['portfolios', id, 'statistics'],
    queryFn: ({ signal }) => readExact<Statistics[]>(ofPortfolio(id, '/statistics'), signal),
    refetchInterval: 30_000,
  });

export const fills = (id: string) =>
  queryOptions({
    queryKey: ['fills', id],
    queryFn: ({ signal }) => readExact<Fill[]>(query(ofPortfolio(id, '/fills'), { limit: 100 }), signal),
    refetchInterval: slow,
  });

export const closedTrades = (id: string) =>
  queryOptions({
    queryKey: ['fills', id, 'trades'],
    queryFn: ({ signal }) => readExact<PortfolioTrade[]>(query(ofPortfolio(id, '/trades'), { limit: 200 }), signal),
    refetchInterval: slow,
  });

// Who asks for older ones goes on seeing the newer ones meanwhile; who asks for others does not.
const ofSame = <T>(filter: object, former: { queryKey: readonly unknown[] } | undefined, shown: T): T | undefined =>
  former && hashKey([former.queryKey[1]]) === hashKey([filter]) ? shown : undefined;

/** The next millisecond: what is before it was at that time, or earlier. */
export const justAfter = (at: string): string => new Date(Date.parse(at) + 1).toISOString();

/** `after` is the last order of what was shown before. */
export type OrderFilter = { account?: string; status?: string; after?: string };

export const orders = (filter: OrderFilter, limit: number) =>
  queryOptions({
    queryKey: ['orders', filter, limit],
    queryFn: ({ signal }) => readExact<Order[]>(query('/api/v1/orders', { ...filter, limit }), signal),
    refetchInterval: steady,
    placeholderData: (shown, former) => ofSame(filter, former, shown),
  });

export const orderEvents = (id: string) =>
  queryOptions({
    queryKey: ['orders', id, 'events'],
    queryFn: ({ signal }) => readExact<OrderEvent[]>(`/api/v1/orders/${encodeURIComponent(id)}/events`, signal),
    refetchInterval: steady,
  });

/** An order however old it is; null where the blotter does not have it. Its first event says where it stands there. */
export const orderOf = (id: string) =>
  queryOptions({
    queryKey: ['orders', 'one', id],
    queryFn: async ({ signal }) => {
      const [first] = await readExact<OrderEvent[]>(`/api/v1/orders/${encodeURIComponent(id)}/events`, signal);
      if (!first) return null;

      const { Intent: { Account: account, Instrument: instrument } = {} } = parseExact(first.data) as { Intent?: { Account?: string; Instrument?: string } };
      const near = await readExact<Order[]>(query('/api/v1/orders', { account, instrument, before: justAfter(first.at), limit: 100 }), signal);
      return near.find(each => each.orderId === id) ?? null;
    },
    refetchInterval: steady,
  });

/** Orders that something can still come of, however many have ended since. */
export const openOrders = orders({ status: 'open' }, 200);

/** Among which are the orders that came of a signal. */
export const ordersOfSession = (session: string) =>
  queryOptions({
    queryKey: ['orders', 'session', session],
    queryFn: ({ signal }) => readExact<Order[]>(query('/api/v1/orders', { session, limit: 1000 }), signal),
  });

export type SignalFilter = { session?: string; strategy?: string; instrument?: string; before?: string };

/** A signal however old it is, of a bar that closed by that time; null where it is not there. */
export const signalOf = (id: string, at: string, session: string | undefined) =>
  queryOptions({
    queryKey: ['signals', 'one', id, at, session ?? ''],
    queryFn: async ({ signal }) => (await read<Signal[]>(query('/api/v1/signals', { session, before: justAfter(at), limit: 1_000 }), signal)).find(each => each.signalId === id) ?? null,
    staleTime: Infinity,
  });

export const signals = (filter: SignalFilter, limit: number) =>
  queryOptions({
    queryKey: ['signals', filter, limit],
    queryFn: ({ signal }) => read<Signal[]>(query('/api/v1/signals', { ...filter, limit }), signal),
    refetchInterval: steady,
    placeholderData: (shown, former) => ofSame(filter, former, shown),
  });

const mostMarked = 1_000;

// Of what a chart marks the newest is told as it happens. Its keys are their own, so that no doorbell has all of it read anew.

export const raisedOn = (instrument: string, session: string | undefined) =>
  queryOptions({
    queryKey: ['marks', 'signals', instrument, session ?? ''],
    queryFn: ({ signal }) => read<Signal[]>(query('/api/v1/signals', { instrument, session, limit: mostMarked }), signal),
    refetchInterval: 30_000,
  });

/** Orders of a session, or without one of everybody. */
export const asked = (session: string | undefined) =>
  queryOptions({
    queryKey: ['marks', 'orders', session ?? ''],
    queryFn: ({ signal }) => readExact<Order[]>(query('/api/v1/orders', { session, limit: mostMarked }), signal),
    refetchInterval: 30_000,
  });

/** The newest first, of some severities or of all; each page goes on after the last alert of the one before. */
const alertsOf = (page: number, severity: Alert['severity'][]) =>
  infiniteQueryOptions({
    queryKey: ['alerts', severity],
    queryFn: ({ signal, pageParam }) => read<Alert[]>(query('/api/v1/alerts', { severity, limit: page, after: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: shown => (shown.length === page ? shown.at(-1)?.alertId : undefined),
    select: ({ pages }) => pages.flat(),
    refetchInterval: slow,
  });

export const alerts = alertsOf(30, []);

/** Read apart: what a replay tells would push them off. */
export const urgentAlerts = alertsOf(100, ['critical', 'high']);

export const instruments = queryOptions({
  queryKey: ['instruments'],
  queryFn: ({ signal }) => readExact<InstrumentTerms[]>('/api/v1/instruments', signal),
  refetchInterval: slow,
});

/** The newest bars, of a session only as far as it has come: the tape, which all sessions share, may know more. */
export const bars = (instrument: string, timeframe: string, session: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ['bars', instrument, timeframe, session ?? '', limit],
    queryFn: async ({ signal }) => {
      const come = session === undefined ? null : await read<SessionStatus>(`/api/v1/sessions/${encodeURIComponent(session)}`, signal);
      return read<Bars>(query('/api/v1/history', { instrument, timeframe, to: come?.lastBar, limit }), signal);
    },
    refetchInterval: 10_000,
  });

export const between = (instrument: string, timeframe: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['bars-between', instrument, timeframe, from, to],
    queryFn: ({ signal }) => read<Bars>(query('/api/v1/history', { instrument, timeframe, from, to, limit: 5_000 }), signal),
    staleTime: Infinity,
  });

export const quotes = (instruments: string[]) =>
  queryOptions({
    queryKey: ['quotes', instruments],
    queryFn: async ({ signal }) => {
      const told = await read<{ s: string; d?: Quote[]; errmsg?: string }>(query('/udf/quotes', { symbols: instruments.join(',') }), signal);
      // The protocol has a form of its own for what goes wrong.
      if (!told.d) throw new Problem(200, 'quotes_unavailable', told.errmsg ?? 'The quotes cannot be had.');

      return told.d;
    },
    refetchInterval: slow,
    enabled: instruments.length > 0,
    placeholderData: shown => shown,
  });

export const corporateActions = queryOptions({
  queryKey: ['corporate-actions'],
  queryFn: ({ signal }) => readExact<CorporateAction[]>('/api/v1/corporate-actions', signal),
  refetchInterval: 60_000,
});

export const executions = queryOptions({
  queryKey: ['executions'],
  queryFn: ({ signal }) => readExact<Execution[]>('/api/v1/executions?limit=50', signal),
  refetchInterval: steady,
});

export const routingProgress = (session: string) =>
  queryOptions({
    queryKey: ['orders', 'progress', session],
    queryFn: ({ signal }) => read<RoutingProgress>(`/api/v1/routing/sessions/${encodeURIComponent(session)}/progress`, signal),
    refetchInterval: steady,
    retry: false,
  });

export const strategies = queryOptions({
  queryKey: ['strategies'],
  queryFn: ({ signal }) => read<Strategy[]>('/api/v1/signal/strategies', signal),
  refetchInterval: slow,
});

export const standings = (account: string) =>
  queryOptions({
    queryKey: ['accounts', account, 'strategies'],
    queryFn: ({ signal }) => readExact<Standing[]>(`/api/v1/routing/accounts/${encodeURIComponent(account)}/strategies`, signal),
    refetchInterval: steady,
  });

export const strategiesOf = (session: string) =>
  queryOptions({
    queryKey: ['sessions', session, 'strategies'],
    queryFn: ({ signal }) => read<StrategyChoice[]>(`/api/v1/signal/sessions/${encodeURIComponent(session)}/strategies`, signal),
    refetchInterval: slow,
  });

const isUnderWay = ({ state }: Backtest): boolean => state === 'waiting' || state === 'running';

export const backtests = queryOptions({
  queryKey: ['backtests'],
  queryFn: ({ signal }) => readExact<Backtest[]>('/api/v1/backtest?limit=100', signal),
  refetchInterval: ({ state: { data } }) => (data?.some(isUnderWay) ? fast : steady),
});

export const backtest = (id: string) =>
  queryOptions({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) => readExact<Backtest>(`/api/v1/backtest/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state: { data } }) => (data && !isUnderWay(data) ? slow : fast),
  });

export const trades = (id: string, after: number) =>
  queryOptions({
    queryKey: ['backtests', id, 'trades', after],
    queryFn: ({ signal }) => readExact<Trade[]>(query(`/api/v1/backtest/${encodeURIComponent(id)}/trades`, { after, limit: 200 }), signal),
    refetchInterval: slow,
  });

export const sweeps = queryOptions({
  queryKey: ['sweeps'],
  queryFn: ({ signal }) => read<Sweep[]>('/api/v1/backtest/sweeps?limit=50', signal),
  refetchInterval: ({ state: { data } }) => (data?.some(each => each.state === 'running') ? fast : slow),
});

const mostOutcomes = 5_000;

/** What came of a sweep's combinations so far. */
export const outcomes = (id: string, isRunning: boolean) =>
  queryOptions({
    queryKey: ['sweeps', id, 'outcomes'],
    queryFn: async ({ signal }) => {
      const all: SweepOutcome[] = [];
      for (let after = 0; all.length < mostOutcomes; ) {
        const page = await read<{ outcomes: SweepOutcome[]; next: number }>(query(`/api/v1/backtest/sweeps/${encodeURIComponent(id)}/outcomes`, { after, limit: 1_000 }), signal);
        all.push(...page.outcomes);
        if (page.next === after) break;

        after = page.next;
      }

      return all;
    },
    refetchInterval: isRunning ? fast : slow,
  });

/** What is refused stays refused; what could not be reached is asked again. */
export function isWorthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 502);
}
