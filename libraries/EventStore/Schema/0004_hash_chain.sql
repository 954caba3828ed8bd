-- A chain of seals over the log. A seal holds, for each event of its stretch, its number and its digest; its hash is over
-- all of that and the hash of the seal before it. Digests and hashes are SHA-256 of PostgreSQL's own binary form of a
-- row, where every value goes with its type and length; the README of this library describes it byte for byte.

create table seals (
    number        bigint      not null,
    first_seq     bigint      not null,
    last_seq      bigint      not null,
    sealed_at     timestamptz not null,
    previous_hash bytea       not null,
    -- 40 bytes an event: seq_id (8, big-endian), SHA-256 (32).
    digests       bytea       not null,
    hash          bytea       not null,
    constraint seals_pkey primary key (number)
);

-- Hashes do not compress.
alter table seals alter column digests set storage external;

-- All that must never change; is_archived may.
create function event_digest(e mt_events) returns bytea
language sql stable as $$
    select sha256(record_send(row(
        e.seq_id, e.id, e.stream_id::text, e.version, e.data, e.bdata, e.type, e.timestamp, e.tenant_id, e.mt_dotnet_type,
        e.correlation_id, e.causation_id, e.headers, e.user_name)))
$$;

-- Seals the next events, at most so many and up to a sequence that no append in flight comes before. Returns the last
-- seal, the new one or, where there is nothing to seal, the one before.
create function seal_events(
    chain_lock bigint, through bigint, most_events integer, out sealed_number bigint, out sealed_through bigint, out sealed_hash bytea)
language plpgsql
-- A page lies in the order of the key. Without statistics the planner would sort all of the rest for each.
set enable_sort = off as $$
declare
    stretch_end     bigint;
    stretch_events  bigint;
    stretch_digests bytea;
begin
    -- Before the last seal is read: two processes then never seal the same events.
    perform pg_advisory_xact_lock(chain_lock);

    select number, last_seq, hash into sealed_number, sealed_through, sealed_hash from seals order by number desc limit 1;
    if not found then
        sealed_number := 0;
        sealed_through := 0;
        sealed_hash := decode(repeat('00', 32), 'hex');
    end if;

    select count(*), max(seq_id), string_agg(int8send(seq_id) || digest, '')
    into stretch_events, stretch_end, stretch_digests
    from (
        select e.seq_id, event_digest(e) as digest from mt_events e
        where e.seq_id > sealed_through and e.seq_id <= through
        order by e.seq_id
        limit most_events
    ) as stretch;
    if stretch_events = 0 then
        return;
    end if;

    -- Numbers that were drawn and never committed belong to the stretch: nothing may come in there later.
    insert into seals (number, first_seq, last_seq, sealed_at, previous_hash, digests, hash)
    select
        sealed_number + 1, sealed_through + 1, stretch_end, at, sealed_hash, stretch_digests,
        sha256(record_send(row(sealed_number + 1, sealed_through + 1, stretch_end, at, sealed_hash, stretch_digests)))
    from (select transaction_timestamp() as at) as clock
    returning number, last_seq, hash into sealed_number, sealed_through, sealed_hash;
end $$;
