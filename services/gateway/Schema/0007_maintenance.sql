-- One row while nothing may be changed, none else.

create table maintenance (
    one        boolean     primary key default true check (one),
    reason     text        not null,
    -- The user's id.
    started_by text        not null,
    started_at timestamptz not null
);
