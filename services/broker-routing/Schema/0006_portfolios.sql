-- Portfolios: what accounts at venues are worth, their equity beside what was paid in, and what became of positions without a fill.

alter table fills add column fee numeric;
alter table fills add column fee_asset text;

create index orders_account on orders (account, requested_seq desc);

-- With a default, for a version before this one writes the curve without it.
alter table equity add column opening numeric not null default 0;
update equity e set opening = (b.balance ->> 'Opening')::numeric
from accounts a cross join lateral jsonb_array_elements(a.balances) as b (balance)
where a.account = e.account and b.balance ->> 'Currency' = e.currency;

create table valuations (
    account   text primary key,
    as_of     timestamptz not null,
    balances  jsonb not null,
    closes    jsonb not null
);

create table position_bookings (
    account    text not null,
    seq_id     bigint not null,
    instrument text not null,
    currency   text not null,
    type       text not null,
    data       jsonb not null,
    primary key (account, seq_id)
);
