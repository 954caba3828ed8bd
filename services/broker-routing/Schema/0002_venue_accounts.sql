-- Accounts at venues: whether they are proven, what they hold, and what they and their venues do not agree on.

alter table orders add column venue_order_id text;

drop index orders_open;
create index orders_open on orders (account)
    where status in ('Requested', 'Approved', 'Submitted', 'Accepted', 'PartiallyFilled', 'Unknown');

create index orders_venue on orders (venue_order_id) where venue_order_id is not null;

create table venue_accounts (
    account       text primary key,
    venue         text not null,
    is_proven     boolean not null,
    gated_because text,
    opened_at     timestamptz,
    reconciled_at timestamptz
);

create table venue_cash (
    account    text not null,
    asset      text not null,
    balance    numeric not null,
    updated_at timestamptz not null,
    primary key (account, asset)
);

create table drifts (
    account    text not null,
    drift_id   text not null,
    kind       text not null,
    subject    text not null,
    ours       numeric,
    venue      numeric,
    detail     text not null,
    found_at   timestamptz not null,
    resolution text,
    primary key (account, drift_id)
);
