create table half (name text);
select nothing from nowhere;
