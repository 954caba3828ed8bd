-- Who may sign in. What is personal is here and nowhere else; everything else names a user by id.

create table users (
    user_id         uuid        primary key,
    name            text        not null,
    normalized_name text        not null unique,
    password_hash   text        not null,
    role            text        not null check (role in ('viewer', 'trader', 'admin')),
    created_at      timestamptz not null,
    -- Goes up with every change, so that of two changes at once one is refused.
    version         integer     not null
);

-- One-time links that make a user, by the SHA-256 of their secret.

create table invitations (
    hash       bytea       primary key,
    role       text        not null check (role in ('viewer', 'trader', 'admin')),
    -- Null for the first admin's, which nobody could invite.
    invited_by uuid        references users on delete cascade,
    expires_at timestamptz not null,
    used_at    timestamptz
);

-- Attempts to sign in that came to nothing, by the SHA-256 of the name, whether there is such a user or not.

create table sign_in_failures (
    name_hash bytea       primary key,
    failures  integer     not null,
    last_at   timestamptz not null
);

create index sign_in_failures_last_at on sign_in_failures (last_at);
