-- Parent orders, and which orders are slices of them.

alter table orders add column execution text;
create index orders_execution on orders (execution) where execution is not null;

create table executions (
    execution_id  text primary key,
    account       text not null,
    requested     jsonb not null,
    stopped       jsonb,
    ended         jsonb,
    requested_seq bigint not null
);

create index executions_account on executions (account, requested_seq desc);
create index executions_working on executions (account) where ended is null;
