-- Alerts that came from outside, by the SHA-256 of what they said: the same again within a window is the same alert.

create table hook_alerts (
    hook      text        not null,
    body_hash bytea       not null,
    first_at  timestamptz not null,
    primary key (hook, body_hash)
);

create index hook_alerts_first_at on hook_alerts (first_at);
