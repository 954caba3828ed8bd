-- What programs show instead of a password. A key goes on under its id while its secrets follow each other.

create table api_keys (
    key_id        uuid        primary key,
    user_id       uuid        not null references users on delete cascade,
    name          text        not null,
    scopes        text[]      not null,
    lifetime_days integer     not null,
    created_at    timestamptz not null,
    revoked_at    timestamptz
);

create index api_keys_by_user on api_keys (user_id, created_at desc);

-- By their SHA-256. Two of a key are good at once while one takes over from the other.

create table api_key_secrets (
    hash         bytea       primary key,
    key_id       uuid        not null references api_keys on delete cascade,
    -- Its beginning, by which people tell one from another.
    hint         text        not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    last_used_at timestamptz
);

create index api_key_secrets_by_key on api_key_secrets (key_id, created_at desc);
