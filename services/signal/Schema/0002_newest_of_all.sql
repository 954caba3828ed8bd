-- The newest signals whatever their session.

create index signals_newest_of_all on signals (seq_id desc, position desc);
