-- The inbox: every alert with what came of it. A projection: it can be emptied and built again from the log.

create table alerts (
    alert_id   text        primary key,
    seq_id     bigint      not null,
    severity   text        not null,
    rule       text        not null,
    title      text        not null,
    text       text        not null,
    session_id text,
    raised_at  timestamptz not null,
    attempts   jsonb       not null,
    state      text        not null
);

create unique index alerts_newest on alerts (seq_id desc);
create index alerts_by_session on alerts (session_id, seq_id desc);
create index alerts_pending on alerts (seq_id) where state = 'pending';

-- Keys of which an alert is open: while it is, no other alert of the key is raised.

create table open_alerts (
    key      text primary key,
    alert_id text not null,
    free_at  timestamptz
);

-- Which session trades on an account; order events after the first name the account alone.

create table account_sessions (
    account    text primary key,
    session_id text not null
);
