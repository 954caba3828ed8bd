-- Nothing reads the weight since version 2.
-- contract: needs 0002
alter table things drop column weight;
