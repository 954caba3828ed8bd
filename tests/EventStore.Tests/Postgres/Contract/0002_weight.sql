alter table things add column weight integer not null default 0;
