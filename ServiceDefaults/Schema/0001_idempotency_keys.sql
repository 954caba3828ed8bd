-- Requests that carry an Idempotency-Key, and what was answered: null while one is handled, or was and has no answer to keep.

create table idempotency_keys (
    caller       text not null,
    key          text not null,
    request_hash bytea not null,
    noted_at     timestamptz not null,
    expires_at   timestamptz not null,
    status       integer,
    content_type text,
    location     text,
    body         bytea,
    primary key (caller, key)
);

create index idempotency_keys_expires_at on idempotency_keys (expires_at);
