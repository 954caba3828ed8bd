-- What followers and sessions write beside the events. Nothing here is unique: what is there twice must show.

create table ledger (
    place     bigint generated always as identity,
    seq_id    bigint not null,
    stream_id text   not null,
    version   bigint not null
);

create table tallies (
    stream_id    text   primary key,
    entries      bigint not null,
    last_version bigint not null
);

create table inline_tallies (like tallies including all);

-- One row a message that took effect.
create table effects (
    message integer not null
);

-- Checked at the commit, when the events have drawn their numbers.
create table refusals (
    id bigint unique deferrable initially deferred
);

-- A replay's: what each stream's events come to.
create table digests (
    stream_id text   primary key,
    entries   bigint not null,
    digest    text   not null
);
