-- outside a transaction
create index concurrently if not exists things_length on things (length(name));
-- A second statement.
create index concurrently if not exists things_upper on things (upper(name));
