-- What access tokens are signed with, the newest last: each signs until the next does and verifies until its last token has expired.

create table signing_keys (
    kid            text        primary key,
    private_key    bytea       not null,
    signs_from     timestamptz not null,
    signs_until    timestamptz not null,
    verifies_until timestamptz not null
);

create table sessions (
    session_id   uuid        primary key,
    user_id      uuid        not null references users on delete cascade,
    created_at   timestamptz not null,
    last_used_at timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    -- Where the session was begun: personal, and only its user's and an admin's to see.
    address      text,
    user_agent   text
);

create index sessions_by_user on sessions (user_id, created_at desc);
create index sessions_expires_at on sessions (expires_at);

-- Every refresh token that a session was given, by its SHA-256: one that is used a second time tells that two have it.

create table refresh_tokens (
    hash       bytea       primary key,
    session_id uuid        not null references sessions on delete cascade,
    used_at    timestamptz
);

create index refresh_tokens_by_session on refresh_tokens (session_id);
