-- One would drop table things with a line like this.
alter table things rename column name to title;
