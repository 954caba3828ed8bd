-- The append of one event, which most sessions are: scalars instead of arrays, three statements.
-- Codes MT001 and MT003 are Marten's; the message is JSON.

create function append_event(
    append_lock    bigint,
    stream         varchar,
    expected       bigint,
    event_id       uuid,
    event_data     jsonb,
    kind_name      varchar,
    kind_type      varchar,
    appended_at    timestamptz,
    correlation    varchar,
    causation      varchar,
    header         jsonb,
    by_user        varchar,
    out appended_sequence bigint,
    out stream_version    bigint)
language plpgsql as $$
begin
    insert into mt_streams as s (id, version, timestamp, created) values (stream, 1, appended_at, appended_at)
    on conflict (id) do update set version = s.version + 1, timestamp = excluded.timestamp
        where s.is_archived is not true
    returning s.version into stream_version;

    if stream_version is null then
        raise exception using errcode = 'MT001', message = json_build_object('stream', stream);
    end if;
    if stream_version - 1 <> expected then
        raise exception using errcode = 'MT003',
            message = json_build_object('stream', stream, 'expected', expected, 'found', stream_version - 1);
    end if;

    -- After the stream's row, which may have to be waited for, and before the sequence number is drawn.
    perform pg_advisory_xact_lock_shared(append_lock);

    insert into mt_events (
        seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
        correlation_id, causation_id, headers, user_name)
    values (
        nextval('mt_events_sequence'), event_id, stream, stream_version, event_data, kind_name, appended_at, kind_type,
        correlation, causation, header, by_user)
    returning seq_id into appended_sequence;
end $$;

-- One call appends what any number of sessions give to any number of streams. What a session says of its events (time,
-- correlation, …) is an element of an array of sessions. Otherwise as 0002's function of this name, which services of
-- before call as long as they run.

create function append_events(
    append_lock       bigint,
    stream_ids        varchar[],
    expected_versions bigint[],
    event_counts      bigint[],
    event_ids         uuid[],
    event_streams     integer[],
    event_stream_ids  varchar[],
    events_behind     integer[],
    event_kinds       integer[],
    event_sessions    integer[],
    event_data        jsonb[],
    kind_names        varchar[],
    kind_types        varchar[],
    session_times     timestamptz[],
    correlations      varchar[],
    causations        varchar[],
    session_headers   jsonb[],
    session_users     varchar[],
    out appended_sequences bigint[],
    out stream_versions    bigint[])
language plpgsql as $$
declare
    appended_at timestamptz := session_times[array_upper(session_times, 1)];
    taken varchar[];
    wrong record;
begin
    with written as (
        insert into mt_streams as s (id, version, timestamp, created)
        select id, added, appended_at, appended_at
        from unnest(stream_ids, event_counts) as given (id, added)
        on conflict (id) do update set version = s.version + excluded.version, timestamp = excluded.timestamp
            where s.is_archived is not true
        returning s.id, s.version
    )
    select array_agg(id), array_agg(version) into taken, stream_versions from written;

    if taken is distinct from stream_ids then
        select id into wrong from mt_streams where id = any (stream_ids) and is_archived order by id limit 1;
        raise exception using errcode = 'MT001', message = json_build_object('stream', wrong.id);
    end if;

    select given.id, expected, version - added as found into wrong
    from unnest(stream_ids, expected_versions, event_counts, stream_versions) as given (id, expected, added, version)
    where version - added <> expected
    limit 1;
    if found then
        raise exception using errcode = 'MT003',
            message = json_build_object('stream', wrong.id, 'expected', wrong.expected, 'found', wrong.found);
    end if;

    perform pg_advisory_xact_lock_shared(append_lock);
    select array_agg(nextval('mt_events_sequence')) into appended_sequences from generate_series(1, cardinality(event_ids));

    insert into mt_events (
        seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
        correlation_id, causation_id, headers, user_name)
    select
        given.seq_id, given.id, given.stream_id, stream_versions[given.stream] - given.behind, given.data,
        kind_names[given.kind], session_times[given.session], kind_types[given.kind],
        correlations[given.session], causations[given.session], session_headers[given.session], session_users[given.session]
    from unnest(
        appended_sequences, event_ids, event_streams, event_stream_ids, events_behind, event_kinds, event_sessions, event_data)
        as given (seq_id, id, stream, stream_id, behind, kind, session, data);
end $$;
