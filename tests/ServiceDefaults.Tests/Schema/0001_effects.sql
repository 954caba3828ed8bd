create table effects (
    id uuid primary key
);
