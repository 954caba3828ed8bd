-- Who signs in with another issuer (OpenID Connect) is a user here like the others, and has no password.

alter table users alter column password_hash drop not null;

create table issuer_users (
    user_id uuid primary key references users on delete cascade,
    issuer  text not null,
    -- The issuer's own id of them, which is never given to anybody else.
    subject text not null,
    -- When the newest token was made that said what they may: an older one says nothing any more.
    said_at timestamptz not null,
    unique (issuer, subject)
);
