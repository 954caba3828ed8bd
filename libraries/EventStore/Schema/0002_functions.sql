-- One call appends any number of events to any number of streams. What goes wrong is raised here, so that the caller
-- needs no look at the result before it commits: one round trip. Codes MT001 and MT003 are Marten's; the message is JSON.
--
-- Streams come sorted, so that two appends lock them in the same order. Their rows are locked before the append lock is
-- shared: whoever waits for a stream must not hold up the high-water mark, which waits for the append lock.

create function append_events(
    append_lock       bigint,
    appended_at       timestamptz,
    stream_ids        varchar[],
    expected_versions bigint[],
    event_counts      bigint[],
    event_ids         uuid[],
    event_streams     integer[],
    event_stream_ids  varchar[],
    events_behind     integer[],
    event_kinds       integer[],
    event_data        jsonb[],
    kind_names        varchar[],
    kind_types        varchar[],
    correlation       varchar,
    causation         varchar,
    header            jsonb,
    by_user           varchar,
    out appended_sequences bigint[],
    out stream_versions    bigint[])
language plpgsql as $$
declare
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

    -- Before the first sequence number is drawn.
    perform pg_advisory_xact_lock_shared(append_lock);

    with written as (
        insert into mt_events (
            seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
            correlation_id, causation_id, headers, user_name)
        select
            nextval('mt_events_sequence'), given.id, given.stream_id, stream_versions[given.stream] - given.behind, given.data,
            kind_names[given.kind], appended_at, kind_types[given.kind], correlation, causation, header, by_user
        from unnest(event_ids, event_streams, event_stream_ids, events_behind, event_kinds, event_data)
            as given (id, stream, stream_id, behind, kind, data)
        returning seq_id
    )
    select array_agg(seq_id) into appended_sequences from written;
end $$;

-- Moves a consumer's place in a counted feed, from where it must be.

create function advance_feed(
    for_consumer text, of_feed text, in_partition integer, from_sequence bigint, to_sequence bigint)
returns void
language plpgsql as $$
declare
    last bigint;
begin
    -- A place of 0 is a row that is not there yet, except where two consumers start at once: the second finds the first's.
    insert into feed_positions as p (consumer, feed, partition, last_sequence)
    select for_consumer, of_feed, in_partition, to_sequence where from_sequence = 0
    on conflict (consumer, feed, partition) do update set last_sequence = excluded.last_sequence
        where p.last_sequence = 0;
    if found then
        return;
    end if;

    update feed_positions set last_sequence = to_sequence
    where consumer = for_consumer and feed = of_feed and partition = in_partition and last_sequence = from_sequence;
    if found then
        return;
    end if;

    select last_sequence into last from feed_positions
    where consumer = for_consumer and feed = of_feed and partition = in_partition;
    raise exception using errcode = 'AS001',
        message = json_build_object(
            'consumer', for_consumer, 'feed', of_feed, 'partition', in_partition,
            'expected', from_sequence, 'found', coalesce(last, 0));
end $$;
