import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Order } from '../api/contracts';
import { accounts, orderEvents } from '../api/queries';
import { inZone, money, price, quantity, utc, utcClock, zoneOf } from '../figures/format';
import { Dialog } from '../parts/Dialog';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { isOpen, OrderPill, sideTone } from '../parts/words';
import { Link } from '../shell/Link';
import { useRights } from '../shell/rights';
import { CancelOrder } from './CancelOrder';
import { ChangeOrder } from './ChangeOrder';
import { tell } from './story';

/** One order with all that happened to it. */
export function OrderDrawer({ order, onClose }: { order: Order; onClose: () => void }) {
  const read = useQuery(orderEvents(order.orderId));
  const { mayTrade } = useRights();
  const isAtVenue = useQuery(accounts).data?.some(each => each.account === order.account) ?? false;
  const zone = zoneOf(order.instrument);
  const [canceling, setCanceling] = useState(false);
  const [changing, setChanging] = useState(false);
  return (
    <Dialog drawer title={<><span className={sideTone(order.side)}>{order.side}</span> {quantity(order.quantity)} {order.instrument}</>} onClose={onClose}>
      <Facts
        className="grid"
        of={[
          ['Status', <OrderPill key="status" status={order.status} />],
          ['Filled', `${quantity(order.filled)} of ${quantity(order.quantity)}`],
          ['Average price', price(order.averagePrice)],
          ['Type', order.type],
          ['Commission', money(order.commission)],
          ['Account', order.account],
          ['Strategy', order.strategy],
          order.signalId !== null && ['Signal', <Link key="signal" to={`/signals?session=${encodeURIComponent(order.sessionId)}&signal=${encodeURIComponent(order.signalId)}&at=${encodeURIComponent(order.requestedAt)}`}>Why</Link>],
          read.data?.[0] && ['Correlation', <span key="correlation" className="mono">{read.data[0].correlationId ?? '–'}</span>],
          read.data?.[0]?.causationId?.startsWith('key:') && ['Idempotency key', <span key="key" className="mono">{read.data[0].causationId.slice('key:'.length)}</span>],
          ['Order', <span key="order" className="mono">{order.orderId}</span>],
          order.reason !== null && ['Reason', order.reason, 'bad'],
        ]}
      />
      {mayTrade && isOpen(order.status) && (
        <div className="buttons">
          <button type="button" className="danger" onClick={() => setCanceling(true)}>Cancel this order</button>
          {isAtVenue && <button type="button" onClick={() => setChanging(true)}>Change</button>}
        </div>
      )}
      <Panel title="What happened" of={read} count={all => `${all.length} events`} className="flat">
        {all => (
          <ol className="timeline">
            {all.map(event => {
              const { what, detail, tone } = tell(event);
              return (
                <li key={event.position} className={tone}>
                  <p className="head">
                    <b>{what}</b>
                    <time dateTime={event.at}>{utc(event.at).slice(0, 10)} {utcClock(event.at)} UTC</time>
                  </p>
                  {zone !== 'UTC' && <p className="zone">{inZone(event.at, zone)}</p>}
                  {detail && <p>{detail}</p>}
                  <details>
                    <summary>{event.kind}, at {event.position} in the log</summary>
                    <pre>{`committed   ${utc(event.committedAt)} UTC\ncorrelation ${event.correlationId ?? '–'}\ncause       ${event.causationId ?? '–'}\n${pretty(event.data)}`}</pre>
                  </details>
                </li>
              );
            })}
          </ol>
        )}
      </Panel>
      {canceling && <CancelOrder order={order} onClose={() => setCanceling(false)} />}
      {changing && <ChangeOrder order={order} onClose={() => setChanging(false)} />}
    </Dialog>
  );
}

// Laid out without being read as numbers: what is shown is what is stored.
function pretty(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|[{},]/g, token => ({ '{': '{\n  ', '}': '\n}', ',': ',\n  ' })[token] ?? token);
}
