-- The signals of every session, to be asked for by session, strategy or instrument. A projection of the log.

create table signals (
    session_id text not null,
    signal_id  text not null,
    seq_id     bigint not null,
    position   integer not null,
    strategy   text not null,
    instrument text not null,
    closed_at  timestamptz not null,
    direction  text not null,
    score      double precision not null,
    signal     jsonb not null,
    primary key (session_id, signal_id)
);

create index signals_newest on signals (session_id, seq_id desc, position desc);
create index signals_by_instrument on signals (session_id, instrument, closed_at desc);
create index signals_by_strategy on signals (session_id, strategy, closed_at desc);
