-- When each revision was written, and to which kind's table. Those of before are known by the time of this migration.
create table writes (
    revision bigint primary key,
    kind text not null,
    rows bigint not null,
    written_at timestamptz not null
);

insert into writes (revision, kind, rows, written_at)
select max(b.revision), 'bars', 0, now()
from batches b
having max(b.revision) is not null;

-- An import is a session without batches; it counts the rows that the tape lacked.
alter table sessions add column data_kind text, add column rows_added bigint;

-- The kinds beside bars, each append-only, by month, without a unique key: its ledger keeps it free of repeats.
create table trades (
    instrument int not null,
    traded_at timestamptz not null,
    trade_id text,
    place bigint not null,
    price double precision not null,
    size double precision not null,
    side text,
    exchange text,
    condition text,
    revision bigint not null
) partition by range (traded_at);

create index trades_traded_at on trades using brin (traded_at) with (pages_per_range = 32);

create table trades_ledger (
    instrument int not null,
    day date not null,
    rows int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    hash_high bigint not null,
    hash_low bigint not null,
    primary key (instrument, day)
);

create table quotes (
    instrument int not null,
    quoted_at timestamptz not null,
    quote_id text,
    place bigint not null,
    bid double precision,
    bid_size double precision,
    ask double precision,
    ask_size double precision,
    exchange text,
    condition text,
    revision bigint not null
) partition by range (quoted_at);

create index quotes_quoted_at on quotes using brin (quoted_at) with (pages_per_range = 32);

create table quotes_ledger (like trades_ledger including all);

create table chains (
    instrument int not null,
    taken_at timestamptz not null,
    expiry date not null,
    strike double precision not null,
    "right" text not null,
    bid double precision,
    bid_size double precision,
    ask double precision,
    ask_size double precision,
    last double precision,
    volume double precision,
    open_interest double precision,
    implied_volatility double precision,
    delta double precision,
    gamma double precision,
    vega double precision,
    theta double precision,
    rho double precision,
    underlying_price double precision,
    revision bigint not null
) partition by range (taken_at);

create index chains_taken_at on chains using brin (taken_at) with (pages_per_range = 32);

create table chains_ledger (like trades_ledger including all);

-- Economic series; the numbers that observations have them by.
create table series (
    id int generated always as identity primary key,
    name text not null unique
);

-- A series has a value a date and vintage: what its publisher said of the date from known_from on, null where that is unknown.
create table observations (
    series int not null,
    observed_at timestamptz not null,
    known_from date,
    value double precision,
    revision bigint not null
) partition by range (observed_at);

create index observations_observed_at on observations using brin (observed_at) with (pages_per_range = 32);

create table observations_ledger (
    series int not null,
    day date not null,
    rows int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    hash_high bigint not null,
    hash_low bigint not null,
    primary key (series, day)
);
