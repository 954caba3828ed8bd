-- From where people come: personal, and here alone. A user's go with the user; the audit trail names them by id.

create table places (
    place_id     uuid        primary key,
    -- Null of who has not signed in.
    user_id      uuid        references users on delete cascade,
    address      text        not null,
    user_agent   text        not null,
    last_seen_at timestamptz not null,
    unique nulls not distinct (user_id, address, user_agent)
);

create index places_last_seen_at on places (last_seen_at);

-- Who did what. A projection: it can be emptied and built again from the log. Its users may be gone, so nothing refers to them.

create table audit_entries (
    seq_id     bigint      primary key,
    at         timestamptz not null,
    action     text        not null,
    -- Whom it is about, and who did it.
    user_id    uuid,
    actor      text        not null,
    session_id uuid,
    api_key_id uuid,
    place_id   uuid,
    trace_id   text,
    details    jsonb       not null
);

create index audit_entries_at on audit_entries (at);
create index audit_entries_by_user on audit_entries (user_id, seq_id desc);
create index audit_entries_by_actor on audit_entries (actor, seq_id desc);
create index audit_entries_by_action on audit_entries (action, seq_id desc);
