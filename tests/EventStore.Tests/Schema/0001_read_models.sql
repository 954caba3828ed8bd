create table balances (
    account text    primary key,
    balance numeric not null,
    changes bigint  not null
);

-- Without a key, so that an event applied twice is seen twice.
create table applied (
    seq_id    bigint not null,
    stream_id text   not null,
    version   bigint not null
);

create table notes (
    text text not null
);

create table account_summaries (
    id       text   primary key,
    data     jsonb  not null,
    version  bigint not null,
    last_seq bigint not null
);

create table owners (
    id       text   primary key,
    data     jsonb  not null,
    version  bigint not null,
    last_seq bigint not null
);
