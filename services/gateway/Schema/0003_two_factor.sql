-- What a user's authenticator app computes codes from; it counts once a first code has shown that the app has it.

create table two_factor (
    user_id      uuid        primary key references users on delete cascade,
    secret       bytea       not null,
    confirmed_at timestamptz,
    -- The newest time step of which a code was taken: none is taken twice.
    last_step    bigint      not null
);

-- By the SHA-256 of the code; one that is used is deleted.

create table recovery_codes (
    user_id uuid  not null references users on delete cascade,
    hash    bytea not null,
    primary key (user_id, hash)
);
