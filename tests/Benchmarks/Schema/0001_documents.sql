create table bar_totals (
    id       varchar not null primary key,
    data     jsonb   not null,
    version  bigint  not null,
    last_seq bigint  not null
);
