-- The tables are Marten's, so that a Marten host can open the database and read the same streams: string identity, one
-- schema a store, metadata columns for correlation, causation, headers and user.

create sequence mt_events_sequence;

create table mt_streams (
    id          varchar     not null,
    type        varchar,
    version     bigint,
    timestamp   timestamptz not null default now(),
    created     timestamptz not null default now(),
    tenant_id   varchar     default '*DEFAULT*',
    is_archived boolean     default false,
    constraint pkey_mt_streams_id primary key (id)
);

create table mt_events (
    seq_id         bigint       not null,
    id             uuid         not null,
    stream_id      varchar,
    version        bigint       not null,
    data           jsonb        not null,
    bdata          bytea,
    type           varchar(500) not null,
    timestamp      timestamptz  not null,
    tenant_id      varchar      default '*DEFAULT*',
    mt_dotnet_type varchar,
    is_archived    boolean      default false,
    correlation_id varchar,
    causation_id   varchar,
    headers        jsonb,
    user_name      varchar,
    constraint pkey_mt_events_seq_id primary key (seq_id),
    constraint fkey_mt_events_stream_id foreign key (stream_id) references mt_streams (id) on delete cascade
);

create unique index pk_mt_events_stream_and_version on mt_events (stream_id, version);

create table mt_event_progression (
    name         varchar not null,
    last_seq_id  bigint,
    last_updated timestamptz default transaction_timestamp(),
    constraint pk_mt_event_progression primary key (name)
);

-- Ours, kept out of Marten's names. What was received, for good:

create table inbox (
    message_id  uuid        not null,
    consumer    text        not null,
    received_at timestamptz not null default now(),
    primary key (message_id, consumer)
);

-- ... and for a feed that counts its messages, one row instead of one a message.

create table feed_positions (
    consumer      text    not null,
    feed          text    not null,
    partition     integer not null,
    last_sequence bigint  not null,
    primary key (consumer, feed, partition)
);
