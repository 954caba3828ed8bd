-- One row a month of every table of the tape. Writers share the row's lock while they write to the month, and write to an
-- open one only. A month that is leaving is still on the tape while its archive is written; one that is archived is
-- answered for by its archive, and its partition is on the way out.
create table tape_months (
    tape text not null,
    month date not null,
    state text not null check (state in ('open', 'leaving', 'archived')),
    -- When it was made, or came back.
    opened_at timestamptz not null,
    -- How many archives of it were begun.
    part int not null default 0,
    -- Of the archive that answers for it, or did last.
    manifest jsonb,
    primary key (tape, month)
);

insert into tape_months (tape, month, state, opened_at)
select parent.relname, to_date(right(child.relname, 6), 'YYYYMM'), 'open', to_timestamp(0)
from pg_inherits i
join pg_class parent on parent.oid = i.inhparent and parent.relkind = 'p' and parent.relnamespace = current_schema()::regnamespace
join pg_class child on child.oid = i.inhrelid and child.relkind = 'r';
