import type { Decimal } from '../api/exactJson';
import { multiply, round, sign, trim } from '../figures/decimal';

export const types = ['Market', 'Limit', 'Stop', 'StopLimit', 'TrailingStop'] as const;
export type OrderType = (typeof types)[number];

export type Draft = {
  account: string;
  instrument: string;
  side: 'Buy' | 'Sell';
  type: OrderType;
  quantity: string;
  limitPrice: string;
  stopPrice: string;
  trailBy: string;
  timeInForce: '' | 'Gtc' | 'Day' | 'Ioc' | 'Fok';
  reduceOnly: boolean;
  postOnly: boolean;
  takeProfit: string;
  stopLoss: string;
};

type PriceField = 'limitPrice' | 'stopPrice' | 'trailBy';

/** What an order of a type is asked for; the rest it does not have. */
export const priceFields: Record<OrderType, PriceField[]> = {
  Market: [], Limit: ['limitPrice'], Stop: ['stopPrice'], StopLimit: ['stopPrice', 'limitPrice'], TrailingStop: ['trailBy'],
};

/** A figure as people type it; null where it is none above zero. */
export function figure(text: string): Decimal | null {
  const plain = text.trim().replaceAll(',', '');
  return /^\d{1,15}(\.\d{1,12})?$/.test(plain) && sign(plain) > 0 ? trim(plain) : null;
}

/** Why it cannot be sent yet; null where it can. Whether it may be sent the server says. */
export function whyNot(draft: Draft): string | null {
  if (draft.account === '') return 'No account at a venue is configured.';
  if (!/^\S+\.\S+$/.test(draft.instrument)) return 'An instrument is a symbol and a venue, as in AAPL.PAPER.';
  if (figure(draft.quantity) === null) return 'The quantity is a figure above zero.';
  for (const field of priceFields[draft.type]) {
    if (figure(draft[field]) === null) return `The ${names[field]} is a figure above zero.`;
  }

  for (const field of ['takeProfit', 'stopLoss'] as const) {
    if (draft[field].trim() !== '' && figure(draft[field]) === null) return `The ${names[field]} is a figure above zero.`;
  }

  return null;
}

export const names = { limitPrice: 'limit', stopPrice: 'stop', trailBy: 'trail', takeProfit: 'take profit', stopLoss: 'stop loss' } as const;

/** As the server takes it; figures stay the decimals that were typed. */
export function commandOf(draft: Draft): Record<string, unknown> {
  const priced = Object.fromEntries(priceFields[draft.type].map(field => [field, figure(draft[field])]));
  return {
    account: draft.account,
    instrument: draft.instrument.trim(),
    side: draft.side,
    type: draft.type,
    quantity: figure(draft.quantity),
    ...priced,
    ...(draft.timeInForce === '' ? {} : { timeInForce: draft.timeInForce }),
    ...(draft.reduceOnly ? { reduceOnly: true } : {}),
    ...(draft.postOnly ? { postOnly: true } : {}),
    ...(draft.takeProfit.trim() === '' ? {} : { takeProfit: { limitPrice: figure(draft.takeProfit) } }),
    ...(draft.stopLoss.trim() === '' ? {} : { stopLoss: { stopPrice: figure(draft.stopLoss) } }),
  };
}

/** What it comes to at its own price; null of an order without one. */
export function worth(draft: Draft): Decimal | null {
  const [quantity, price] = [figure(draft.quantity), figure(draft.limitPrice) ?? figure(draft.stopPrice)];
  return priceFields[draft.type].length > 0 && draft.type !== 'TrailingStop' && quantity !== null && price !== null ? round(multiply(quantity, price), 2) : null;
}
