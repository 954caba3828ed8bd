-- What the blotter, positions and accounts show. All of it is a projection: it can be emptied and built again from the log.

create table orders (
    order_id      text primary key,
    session_id    text not null,
    account       text not null,
    strategy      text not null,
    instrument    text not null,
    side          text not null,
    type          text not null,
    quantity      numeric not null,
    filled        numeric not null default 0,
    traded_value  numeric not null default 0,
    commission    numeric not null default 0,
    status        text not null,
    code          text,
    reason        text,
    signal_id     text,
    requested_at  timestamptz not null,
    updated_at    timestamptz not null,
    requested_seq bigint not null
);

create index orders_session on orders (session_id, requested_seq desc);
create index orders_open on orders (account) where status in ('Requested', 'Submitted', 'Accepted', 'PartiallyFilled');

create table fills (
    order_id   text not null,
    trade_id   text not null,
    seq_id     bigint not null,
    quantity   numeric not null,
    price      numeric not null,
    commission numeric not null,
    at         timestamptz not null,
    primary key (order_id, trade_id)
);

create table positions (
    account       text not null,
    instrument    text not null,
    currency      text not null,
    quantity      numeric not null,
    average_price numeric not null,
    realized_pnl  numeric not null,
    updated_at    timestamptz not null,
    primary key (account, instrument)
);

create table accounts (
    account         text primary key,
    session_id      text not null unique,
    last_sequence   bigint not null,
    ended           boolean not null,
    as_of           timestamptz,
    balances        jsonb not null,
    closes          jsonb not null,
    signals         bigint not null,
    intents         bigint not null,
    denied          bigint not null,
    fills           bigint not null,
    order_list_hash text not null,
    first_fill_at   timestamptz,
    last_commit_at  timestamptz not null
);

create table equity (
    account  text not null,
    sequence bigint not null,
    currency text not null,
    at       timestamptz not null,
    cash     numeric not null,
    equity   numeric not null,
    primary key (account, sequence, currency)
);
