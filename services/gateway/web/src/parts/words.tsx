import type { OrderStatus, Signal } from '../api/contracts';
import type { Decimal } from '../api/exactJson';
import { sign } from '../figures/decimal';
import { barTime } from '../figures/format';

/** A state in a word of its colour: the word says it too. */
export function Pill({ tone = '', title, children }: { tone?: string; title?: string | undefined; children: string }) {
  return <span className={`pill ${tone}`} title={title}>{children}</span>;
}

const tones: Record<OrderStatus, string> = {
  Requested: '', Approved: '', Submitted: 'info', Accepted: 'info', PartiallyFilled: 'info', Filled: 'good', Denied: 'bad', Rejected: 'bad',
  Canceled: 'warn', Expired: 'warn', Unknown: 'bad',
};

/** A status as people call it. */
export const statusWords = (status: OrderStatus): string => (({ PartiallyFilled: 'Partly filled', Unknown: 'In doubt' }) as Partial<Record<OrderStatus, string>>)[status] ?? status;

export function OrderPill({ status, reason }: { status: OrderStatus; reason?: string | null }) {
  return <Pill tone={tones[status] ?? ''} title={reason ?? undefined}>{statusWords(status)}</Pill>;
}

/** An order that something can still come of. */
export const isOpen = (status: OrderStatus): boolean => ['Requested', 'Approved', 'Submitted', 'Accepted', 'PartiallyFilled', 'Unknown'].includes(status);

export const gainTone = (value: Decimal | null | undefined): string => (value == null ? '' : { '1': 'up', '-1': 'down', '0': '' }[`${sign(value)}`] ?? '');

export const sideTone = (side: 'Buy' | 'Sell' | Signal['direction']): string => ({ Buy: 'up', Long: 'up', Sell: 'down', Short: 'down', Flat: '' })[side];

/** A generated name where there is not room for all of it: its end tells it from others. */
export const Ending = ({ of }: { of: string }) => <span className="clip ending" title={of}><bdi>{of}</bdi></span>;

/** A time in a table, UTC: where there is little room the year goes first. */
export function Minute({ at, timeframe = '' }: { at: string; timeframe?: string }) {
  const words = barTime(at, timeframe);
  return <time dateTime={at} title={`${words} UTC`}><span className="wide">{words.slice(0, 5)}</span>{words.slice(5)}</time>;
}
