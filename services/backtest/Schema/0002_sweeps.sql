-- One document a sweep, see SweepList.
create table sweeps (id text primary key, data jsonb not null, version bigint not null, last_seq bigint not null);
