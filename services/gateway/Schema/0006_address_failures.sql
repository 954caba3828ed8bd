-- Attempts to get in that came to nothing, by where they came from, and until when nobody from there may try. Personal, and gone an hour
-- after the last of them.

create table address_failures (
    -- An IPv4 address, or the /64 of an IPv6 one.
    address      text        primary key,
    failures     integer     not null,
    last_at      timestamptz not null,
    banned_until timestamptz
);

create index address_failures_last_at on address_failures (last_at);
