create table instruments (
    id int generated always as identity primary key,
    name text not null unique,
    tick numeric not null,
    lot numeric not null,
    currency text not null
);

-- The number of a write. Of two rows of one bar the later revision wins.
create sequence revisions;

-- Append-only, without a unique key: the ledger keeps it free of repeats.
create table bars (
    instrument int not null,
    timeframe_s int not null,
    closed_at timestamptz not null,
    open double precision not null,
    high double precision not null,
    low double precision not null,
    close double precision not null,
    volume double precision not null,
    revision bigint not null
) partition by range (closed_at);

create index bars_closed_at on bars using brin (closed_at) with (pages_per_range = 32);

-- What the tape holds of an instrument's UTC day: how many bars, and the sum of their hashes.
create table ledger (
    instrument int not null,
    timeframe_s int not null,
    day date not null,
    bars int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    hash_high bigint not null,
    hash_low bigint not null,
    primary key (instrument, timeframe_s, day)
);

create table sessions (
    session_id text primary key,
    kind text not null,
    source text not null,
    state text not null,
    file text,
    speed text,
    asked_timeframe text,
    venue text,
    timeframe text,
    bars_total bigint,
    bars_read bigint not null default 0,
    bars_accepted bigint not null default 0,
    duplicates bigint not null default 0,
    last_sequence bigint not null default 0,
    first_bar timestamptz,
    last_bar timestamptz,
    started_at timestamptz not null,
    first_read_at timestamptz,
    ended_at timestamptz,
    content_hash text,
    error text
);

create table quarantine_counts (
    session_id text not null references sessions,
    reason text not null,
    rows bigint not null,
    primary key (session_id, reason)
);

create table quarantine (
    session_id text not null references sessions,
    reason text not null,
    line bigint,
    instrument text,
    detail text not null,
    quarantined_at timestamptz not null
);

create index quarantine_session on quarantine (session_id, reason);

-- The journal of batches: the tape's outbox. A batch is the tape's rows of its instruments and timeframe from first_at
-- to last_at, as of its revision; bars holds the batch itself only where the tape held others beside it.
create table batches (
    session_id text not null references sessions,
    partition int not null,
    sequence bigint not null,
    timeframe_s int not null,
    warm_up boolean not null,
    end_of_session boolean not null,
    first_at timestamptz,
    last_at timestamptz,
    bars int not null,
    revision bigint not null,
    instruments int[] not null,
    copy bytea,
    primary key (session_id, partition, sequence)
);

-- How far the journal has been announced.
create table publications (
    session_id text not null references sessions,
    partition int not null,
    last_sequence bigint not null,
    primary key (session_id, partition)
);

-- Messages that are no batches, until the broker has them.
create table notices (
    id bigint generated always as identity primary key,
    kind text not null,
    message jsonb not null
);

create table subscriptions (
    provider text not null,
    symbol text not null,
    timeframe text not null,
    primary key (provider, symbol)
);
