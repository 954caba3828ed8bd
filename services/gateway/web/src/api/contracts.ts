// What the services answer, as far as the console shows it. `Decimal` is what `readExact` reads; `number` what `read` does.

import type { Decimal } from './exactJson';

export type Me = { userId: string; name: string; role: 'viewer' | 'trader' | 'admin'; scopes: string[]; hasPassword: boolean; hasSecondFactor: boolean };

/** Who says who somebody is; null: AlgoStack itself, by name and password. */
export type Issuer = { host: string | null };

export type Role = Me['role'];

/** A user as an administrator sees them. */
export type User = {
  userId: string;
  name: string;
  role: Role;
  state: 'enabled' | 'disabled';
  createdAt: string;
  lastSignedInAt: string | null;
  /** Another issuer says who they are and what they may. */
  isFederated: boolean;
  hasSecondFactor: boolean;
  openSessions: number;
  openApiKeys: number;
};

/** Names and addresses are there as long as the user is; `by.id` is a user's, `service` or `nobody`. */
export type AuditEntry = {
  sequence: number;
  at: string;
  action: string;
  user: { userId: string; name: string | null } | null;
  by: { id: string; name: string | null; sessionId: string | null; apiKeyId: string | null; address: string | null; userAgent: string | null };
  traceId: string | null;
  details: Record<string, unknown>;
};
export type AuditPage = { entries: AuditEntry[]; next: number | null };

/** An event as a service has stored it. */
export type StoredEvent = { sequence: Decimal; stream: string; type: string; at: string; data: unknown };

export type SignedInSession = { sessionId: string; current: boolean; createdAt: string; lastUsedAt: string; expiresAt: string; address: string | null; userAgent: string | null };

export type CheckStatus = { name: string; state: string; latencyMs: number | null; detail: string | null };
export type ServiceStatus = {
  service: string;
  state: 'healthy' | 'degraded' | 'unhealthy' | 'unreachable' | 'unknown';
  latencyMs: number | null;
  checkedAt: string | null;
  detail: string | null;
  checks: CheckStatus[];
};
export type SystemStatus = { state: string; at: string; services: ServiceStatus[] };

export type SessionStatus = {
  sessionId: string;
  kind: string;
  source: string;
  state: 'starting' | 'running' | 'completed' | 'failed';
  timeframe: string | null;
  barsTotal: number | null;
  barsAccepted: number;
  duplicates: number;
  quarantined: Record<string, number>;
  lastBar: string | null;
  startedAt: string;
  endedAt: string | null;
  error: string | null;
};

export type TradingState = 'Active' | 'Reducing' | 'Halted';
export type TradingSwitch = { state: TradingState; reason: string; at: string; account: string | null; strategy: string | null; flatten: boolean };

export type Drift = {
  driftId: string;
  kind: 'Position' | 'Cash' | 'ForeignOrder' | 'ForeignFill';
  subject: string;
  ours: Decimal | null;
  venue: Decimal | null;
  detail: string;
  foundAt: string;
};
export type Account = {
  account: string;
  venue: string;
  isProven: boolean;
  gatedBecause: string | null;
  openedAt: string | null;
  reconciledAt: string | null;
  cash: { asset: string; balance: Decimal; updatedAt: string }[];
  drifts: Drift[];
  /** Whether it is real money that is traded; null where that is not known. */
  isLive?: boolean | null;
  /** Those that are configured to trade on it; null where that is not known. */
  strategies?: string[] | null;
};

export type LimitFigures = {
  clockSkewMs: Decimal | null;
  openMarketOnly: boolean | null;
  restricted: string[] | null;
  priceAgeMs: Decimal | null;
  fatFingerPercent: Decimal | null;
  orderQuantity: Decimal | null;
  orderValue: Decimal | null;
  duplicateMs: Decimal | null;
  ordersPerSecond: Decimal | null;
  dailyLoss: Decimal | null;
  dailyTrades: Decimal | null;
  positionQuantity: Decimal | null;
  positionValue: Decimal | null;
  grossExposure: Decimal | null;
  netExposure: Decimal | null;
};
export type AccountLimits = {
  account: string;
  riskPercent: Decimal;
  positionPercent: Decimal;
  limits: LimitFigures;
  strategies: Record<string, LimitFigures>;
  changedBy: 'configuration' | 'request';
  reason: string;
  changedAt: string;
};

export type Strategy = {
  name: string;
  meaning: string;
  kind: string;
  isOfPair: boolean;
  parameters: { name: string; isWhole: boolean; least: number; most: number; default: number; meaning: string }[];
};
export type StrategyChoice = { name: string; parameters: string; instruments: string[] };
export type Standing = {
  strategy: string;
  instrument: string;
  isTrading: boolean;
  direction: 'Long' | 'Short' | 'Flat';
  held: Decimal;
  target: Decimal | null;
  stop: Decimal | null;
  expiryBars: Decimal;
  barsHeld: Decimal;
  signalAt: string;
};

export type Balance = { currency: string; opening: Decimal; cash: Decimal; equity: Decimal; realizedPnl: Decimal; commission: Decimal };
export type Portfolio = { portfolio: string; sessionId: string | null; venue: string | null; asOf: string | null; balances: Balance[] };
export type Exposure = {
  currency: string;
  gross: Decimal;
  net: Decimal;
  grossShare: Decimal | null;
  netShare: Decimal | null;
  unrealizedPnl: Decimal;
  instruments: { instrument: string; quantity: Decimal; lastPrice: Decimal | null; value: Decimal; share: Decimal | null }[];
};
export type PortfolioDetail = Portfolio & { exposures: Exposure[] };
export type Position = {
  account: string;
  instrument: string;
  currency: string;
  quantity: Decimal;
  averagePrice: Decimal;
  lastPrice: Decimal | null;
  realizedPnl: Decimal;
  unrealizedPnl: Decimal | null;
  updatedAt: string;
  lots: { openedAt: string; quantity: Decimal; price: Decimal; commission: Decimal }[] | null;
};
export type EquityPoint = { at: string; currency: string; cash: Decimal; equity: Decimal };
export type Statistics = {
  currency: string;
  totalReturn: Decimal;
  trades: Decimal;
  winRate: Decimal | null;
  profitFactor: Decimal | null;
  sharpe: Decimal | null;
  sortino: Decimal | null;
  maxDrawdown: Decimal;
  activity?: { turnover: Decimal | null } | null;
};

export type OrderStatus =
  | 'Requested' | 'Approved' | 'Denied' | 'Submitted' | 'Accepted' | 'PartiallyFilled' | 'Filled' | 'Rejected' | 'Canceled' | 'Expired' | 'Unknown';
export type Order = {
  orderId: string;
  sessionId: string;
  account: string;
  strategy: string;
  instrument: string;
  side: 'Buy' | 'Sell';
  type: string;
  quantity: Decimal;
  filled: Decimal;
  averagePrice: Decimal | null;
  commission: Decimal;
  status: OrderStatus;
  code: string | null;
  reason: string | null;
  signalId: string | null;
  requestedAt: string;
  updatedAt: string;
};
export type OrderEvent = {
  position: Decimal;
  kind: string;
  data: string;
  at: string;
  committedAt: string;
  correlationId: string | null;
  causationId: string | null;
};
export type OrderState = { orderId: string; account: string; instrument: string; status: OrderStatus };

export type CorporateAction = { actionId: string; instrument: string; kind: 'split' | 'dividend'; exAt: string; new: Decimal | null; old: Decimal | null; amount: Decimal | null };
export type Fill = {
  position: Decimal;
  orderId: string;
  tradeId: string;
  instrument: string;
  side: 'Buy' | 'Sell';
  quantity: Decimal;
  price: Decimal;
  commission: Decimal;
  at: string;
};
export type PortfolioTrade = Trade & { income: Decimal };
export type Execution = {
  executionId: string;
  account: string;
  strategy: string;
  instrument: string;
  side: 'Buy' | 'Sell';
  quantity: Decimal;
  traded: Decimal;
  averagePrice: Decimal | null;
  algorithm: 'Twap' | 'Vwap' | 'Iceberg';
  status: 'Working' | 'Stopping' | 'Ended';
  code: string | null;
  reason: string | null;
  requestedAt: string;
};

/** What live push tells; its numbers are measures. */
export type InstrumentPrice = { sessionId: string; instrument: string; price: number; at: string };
export type LiveBars = { sessionId: string; instrument: string; timeframe: string; rows: [number, number, number, number, number, number][] };
export type LiveFill = { orderId: string; account: string; instrument: string; side: 'Buy' | 'Sell'; quantity: number; price: number; at: string };

export type Quote = { s: 'ok' | 'error'; n: string; v: { lp?: number; ch?: number; chp?: number; volume?: number } };

export type RoutingProgress = { sessionId: string; signals: number; intents: number; denied: number; fills: number; lastCommitAt: string | null };

export type Parity = {
  sessionId: string;
  score: number;
  signalsEqual: number;
  signalsLive: number;
  signalsBacktest: number;
  intentsEqual: number;
  intentsLive: number;
  intentsBacktest: number;
  orderListHashLive: string;
  orderListHashBacktest: string;
  firstDifference: string | null;
};

export type Sweep = {
  sweepId: string;
  state: 'running' | 'completed' | 'canceled' | 'failed';
  request: {
    strategy: string; instruments: string[]; timeframe: string; grid: string; measure: string;
    random?: number | null; seed?: number; limit?: number | null; models?: { [name in keyof Models]: string | number | null } | null;
  };
  combinations: number;
  leftOut: number;
  partSize: number;
  bars: number;
  done: number;
  failed: number;
  best: { index: number; parameters: string; value: number } | null;
  assessment: {
    parameters: string;
    bestSharpe: number | null;
    expectedSharpe: number;
    deflatedSharpe: number | null;
    overfittingProbability: number;
    lossProbability: number;
    returnP5: number | null;
    returnP95: number | null;
    drawdownP5: number | null;
    drawdownP95: number | null;
  } | null;
  error: string | null;
  startedAt: string;
  endedAt: string | null;
};
export type SweepOutcome = {
  index: number;
  parameters: string;
  figures?: { finalEquity: number; totalReturn: number; annualReturn?: number | null; sharpe?: number | null; maxDrawdown: number; trades: number; profitFactor?: number | null } | null;
  error?: string | null;
};

export type ApiKey = {
  keyId: string;
  name: string;
  scopes: string[];
  createdAt: string;
  secrets: { hint: string; createdAt: string; expiresAt: string; lastUsedAt: string | null }[];
};
export type ApiKeySecret = { keyId: string; secret: string; expiresAt: string };

type MoreFigures = {
  risk?: { volatility: Decimal | null; calmar: Decimal | null; valueAtRisk: Decimal | null; maxDrawdownDays: Decimal } | null;
  activity?: { exposure: Decimal | null; turnover: Decimal | null } | null;
  holding?: { alpha: Decimal | null; beta: Decimal | null } | null;
};

/** How a backtest trades, as it was asked for; what is not there is as a paper account has it. */
export type Models = {
  commission: string | null;
  slippage: string | null;
  latency: Decimal | null;
  participation: Decimal | null;
  balance: Decimal | null;
  size: Decimal | null;
  position: Decimal | null;
  margin: string | null;
  borrow: string | null;
};
export type Backtest = {
  backtestId: string;
  state: 'waiting' | 'running' | 'completed' | 'failed' | 'canceled';
  request: { sessionId: string | null; instruments: string[] | null; timeframe: string | null; from: string | null; to: string | null; models?: Models | null };
  bars: Decimal;
  signals: Decimal;
  fills: Decimal;
  orderListHash: string | null;
  dataHash: string | null;
  statistics: (Statistics & { openingEquity: Decimal; finalEquity: Decimal; profitAndLoss: Decimal; annualReturn: Decimal | null; commission: Decimal } & MoreFigures)[];
  curve: EquityPoint[];
  error: string | null;
  startedAt: string;
  endedAt: string | null;
  progress: Decimal | null;
  instruments: string[] | null;
  strategies: StrategyChoice[] | null;
  timeframe: string | null;
};
export type Trade = {
  number: Decimal;
  instrument: string;
  side: 'Buy' | 'Sell';
  quantity: Decimal;
  entryPrice: Decimal;
  exitPrice: Decimal;
  commission: Decimal;
  profitAndLoss: Decimal;
  openedAt: string;
  closedAt: string;
};

export type NamedValue = { name: string; value: number | null };
export type Signal = {
  signalId: string;
  sessionId: string;
  strategy: string;
  instrument: string;
  timeframe: string;
  barClose: string;
  direction: 'Long' | 'Short' | 'Flat';
  close: number;
  score: number;
  regime: string;
  target: number | null;
  stop: number | null;
  expiryBars: number;
  explanation: { inputs: NamedValue[]; rules: { rule: string; held: boolean }[]; scoreParts: NamedValue[] };
  rationale: string;
  latencyMs: number;
  parameters: string | null;
  condition: string | null;
  volumeScore: number | null;
  quality: number | null;
  riskPercent: number | null;
  flipClose: number | null;
  backtestWinRate: number | null;
  backtestProfitFactor: number | null;
};

export type InstrumentTerms = { id: string; tick: Decimal; lot: Decimal; currency: string };
export type Bars = { closeMs: number[]; open: number[]; high: number[]; low: number[]; close: number[]; volume: number[] };

export type Alert = {
  alertId: string;
  severity: 'critical' | 'high' | 'medium' | 'low' | 'info';
  rule: string;
  title: string;
  text: string;
  sessionId: string | null;
  at: string;
  attempts: { channel: string; outcome: string; at: string }[];
  state: string;
};
