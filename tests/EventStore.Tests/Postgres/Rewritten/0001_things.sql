create table things (name text);
