-- Every name that a venue has given an order of ours: another in its place has another, and both may trade.

create table venue_orders (
    venue_order_id text not null,
    order_id       text not null,
    primary key (venue_order_id, order_id)
);

insert into venue_orders
select distinct data ->> 'VenueOrderId', data ->> 'OrderId' from mt_events
where type in ('order_accepted', 'order_replaced') and data ->> 'VenueOrderId' is not null;

drop index orders_venue;
alter table orders drop column venue_order_id;
