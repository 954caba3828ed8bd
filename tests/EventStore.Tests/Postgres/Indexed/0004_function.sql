create function double(n integer) returns integer language sql as $$ select 2 * n $$;
