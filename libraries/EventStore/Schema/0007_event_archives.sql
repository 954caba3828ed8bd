-- Events that were exported to files, and which of them are deleted. Who misses an event in mt_events, the hash chain above
-- all, finds here whether it may be missing: in seqs of an archive that is not restored.
create table event_archives (
    name        text           not null,
    first_seq   bigint         not null,
    last_seq    bigint         not null,
    seqs        int8multirange not null,
    manifest    jsonb          not null,
    exported_at timestamptz    not null,
    -- Null while some are in the log.
    deleted_at  timestamptz,
    -- Null unless they are in the log again.
    restored_at timestamptz,
    constraint pkey_event_archives primary key (name)
);

create index event_archives_last_seq on event_archives (last_seq);
