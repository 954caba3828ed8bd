import { useEffect, useState } from 'react';
import type { LiveFill } from '../api/contracts';
import { hear } from '../api/live';
import { measure } from '../figures/format';
import { pathOfOrder, sessionOf } from '../orders/names';
import { Link } from './Link';

const most = 3;
const shownFor = 6_000; // ms

type Toast = LiveFill & { key: string };

/** Says at once what has traded on an account at a venue. Of a rush the newest, and how many more. */
export function Toasts() {
  const [shown, setShown] = useState<Toast[]>([]);
  useEffect(
    () =>
      hear<LiveFill>('fills', fill => {
        // Those of sessions are many and are nobody's.
        if (sessionOf(fill.account) !== null) return;

        const toast = { ...fill, key: crypto.randomUUID() };
        setShown(former => [...former, toast].slice(-20));
        setTimeout(() => setShown(former => former.filter(each => each.key !== toast.key)), shownFor);
      }),
    [],
  );
  const over = shown.length - most;
  return (
    <div className="toasts" role="status">
      {over > 0 && <p className="toast dim">{over} more</p>}
      {shown.slice(-most).map(({ key, side, quantity, instrument, price, account, orderId }) => (
        <p key={key} className="toast">
          <b className={side === 'Buy' ? 'up' : 'down'}>{side === 'Buy' ? 'Bought' : 'Sold'} {measure(quantity, 12)} {instrument}</b> at {measure(price, 12)} on {account}.{' '}
          <Link to={pathOfOrder({ account, orderId })}>Order</Link>
        </p>
      ))}
    </div>
  );
}
