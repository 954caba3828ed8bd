-- What strategies came to in backtests of their own, the latest over each set of instruments. Told by the backtest service: no
-- projection of this log, and no part of any signal.

create table strategy_backtests (
    strategy      text        not null,
    parameters    text        not null,
    timeframe     text        not null,
    instruments   text[]      not null,
    backtest_id   text        not null,
    trades        integer     not null,
    win_rate      double precision,
    profit_factor double precision,
    ended_at      timestamptz not null,
    primary key (strategy, parameters, timeframe, instruments)
);
