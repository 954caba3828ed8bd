-- How many requests of whom were let through when. Counts of a crashed server are not worth its log: it begins anew without them.

create unlogged table rate_counts (
    -- The first half of the SHA-256 of a limit's name and of who asked.
    counter    uuid        not null,
    -- Which twelfth of the limit's window, from the beginning of time.
    slice      bigint      not null,
    used       integer     not null,
    expires_at timestamptz not null,
    primary key (counter, slice)
) with (fillfactor = 50);

create index rate_counts_expires_at on rate_counts (expires_at);
