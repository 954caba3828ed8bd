-- Every backtest as a document under its stream, to be asked for by instrument, strategy and state. A projection of the log.
-- What a list is chosen by stands beside the document, which may be large.

create table backtests (
    id          text   primary key,
    data        jsonb  not null,
    version     bigint not null,
    last_seq    bigint not null,
    state       text   not null generated always as (data -> 'View' ->> 'State') stored,
    instruments jsonb  generated always as (
        coalesce(nullif(data -> 'View' -> 'Instruments', 'null'), nullif(data -> 'View' -> 'Request' -> 'Instruments', 'null'))) stored,
    strategies  jsonb  generated always as (
        coalesce(nullif(data -> 'View' -> 'Strategies', 'null'), nullif(data -> 'View' -> 'Request' -> 'Strategies', 'null'))) stored
);

-- The positions that backtests closed, numbered from 1. A projection of the log.

create table trades (
    backtest_id text        not null,
    number      bigint      not null,
    instrument  text        not null,
    side        text        not null,
    quantity    numeric     not null,
    entry_price numeric     not null,
    exit_price  numeric     not null,
    commission  numeric     not null,
    profit      numeric     not null,
    opened_at   timestamptz not null,
    closed_at   timestamptz not null,
    primary key (backtest_id, number)
);
