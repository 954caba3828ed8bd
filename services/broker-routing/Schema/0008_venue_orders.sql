-- Every name that a venue has given an order of ours: another in its place has another, and both may trade.

create table venue_orders (
    venue_order_id text not null,
    order_id       text not null,
    primary key (venue_order_id, order_id)
);

insert into venue_orders select venue_order_id, order_id from orders where venue_order_id is not null;

-- orders.venue_order_id and its index stay for versions before this one.
