-- Who is disabled cannot come in, by a password or by a key, and is still there.

alter table users add column disabled_at timestamptz;
alter table users add column last_signed_in_at timestamptz;
