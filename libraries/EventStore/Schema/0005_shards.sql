-- Ours, kept out of Marten's names. A shard that is named here does not run: somebody paused it, or its next event is
-- poison. By a row, so that any process may stop it or let it go on, whichever runs it.

create table stopped_shards (
    name       text        not null primary key,  -- as in mt_event_progression
    state      text        not null check (state in ('paused', 'poisoned')),
    seq_id     bigint,                            -- of the poison event
    why        text        not null,
    stopped_by text        not null,
    since      timestamptz not null default now()
);

-- Projections to be built anew beside the tables that serve; the row goes when the new tables have taken their place.

create table projection_rebuilds (
    name         text        not null primary key,
    last_seq_id  bigint      not null default 0,
    requested_by text        not null,
    requested_at timestamptz not null default now(),
    error        text                             -- why it was given up
);
