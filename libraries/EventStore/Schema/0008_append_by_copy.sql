-- Appends in fewer statements, and of many events by COPY. append_event and append_events are called as before, by services
-- of before as well. Codes MT001 and MT003 are Marten's; the message is JSON.
--
-- The append lock is taken as an expression, which costs a fraction of what "perform" costs.

create or replace function append_event(
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
declare
    locked text;
begin
    -- A stream that is there is updated at half of what finding it by a conflict costs.
    if expected is distinct from 0 then
        update mt_streams set version = version + 1, timestamp = appended_at
        where id = stream and is_archived is not true
        returning version into stream_version;
    end if;

    if stream_version is null then
        insert into mt_streams as s (id, version, timestamp, created) values (stream, 1, appended_at, appended_at)
        on conflict (id) do update set version = s.version + 1, timestamp = excluded.timestamp
            where s.is_archived is not true
        returning s.version into stream_version;
    end if;

    if stream_version is null then
        raise exception using errcode = 'MT001', message = json_build_object('stream', stream);
    end if;
    if stream_version - 1 <> expected then
        raise exception using errcode = 'MT003',
            message = json_build_object('stream', stream, 'expected', expected, 'found', stream_version - 1);
    end if;

    -- After the stream's row, which may have to be waited for, and before the sequence number is drawn.
    locked := pg_advisory_xact_lock_shared(append_lock);
    appended_sequence := nextval('mt_events_sequence');
    insert into mt_events (
        seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
        correlation_id, causation_id, headers, user_name)
    values (
        appended_sequence, event_id, stream, stream_version, event_data, kind_name, appended_at, kind_type,
        correlation, causation, header, by_user);
end $$;

-- Moves streams on, by as many versions as they will get events, and takes the append lock. Streams come sorted, so that
-- any two appends lock them in the same order.

create function advance_streams(
    append_lock       bigint,
    stream_ids        varchar[],
    expected_versions bigint[],
    event_counts      bigint[],
    appended_at       timestamptz,
    out stream_versions bigint[])
language plpgsql as $$
declare
    taken varchar[];
    wrong record;
    locked text;
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

    if cardinality(array_remove(expected_versions, null)) > 0 then
        select given.id, expected, version - added as found into wrong
        from unnest(stream_ids, expected_versions, event_counts, stream_versions) as given (id, expected, added, version)
        where version - added <> expected
        limit 1;
        if found then
            raise exception using errcode = 'MT003',
                message = json_build_object('stream', wrong.id, 'expected', wrong.expected, 'found', wrong.found);
        end if;
    end if;

    locked := pg_advisory_xact_lock_shared(append_lock);
end $$;

create or replace function append_events(
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
begin
    stream_versions := advance_streams(
        append_lock, stream_ids, expected_versions, event_counts, session_times[array_upper(session_times, 1)]);

    with written as (
        insert into mt_events (
            seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
            correlation_id, causation_id, headers, user_name)
        select
            nextval('mt_events_sequence'), given.id, given.stream_id, stream_versions[given.stream] - given.behind, given.data,
            kind_names[given.kind], session_times[given.session], kind_types[given.kind],
            correlations[given.session], causations[given.session], session_headers[given.session], session_users[given.session]
        from unnest(event_ids, event_streams, event_stream_ids, events_behind, event_kinds, event_sessions, event_data)
            as given (id, stream, stream_id, behind, kind, session, data)
        returning seq_id
    )
    select array_agg(seq_id) into appended_sequences from written;
end $$;

-- The first half of an append whose rows come by COPY.

create function begin_append(
    append_lock       bigint,
    stream_ids        varchar[],
    expected_versions bigint[],
    event_counts      bigint[],
    appended_at       timestamptz,
    out appended_sequences bigint[],
    out stream_versions    bigint[])
language plpgsql as $$
begin
    stream_versions := advance_streams(append_lock, stream_ids, expected_versions, event_counts, appended_at);
    select array_agg(nextval('mt_events_sequence')) into appended_sequences
    from generate_series(1, (select sum(added)::bigint from unnest(event_counts) as added));
end $$;
