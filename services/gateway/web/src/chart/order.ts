import type { Decimal } from '../api/exactJson';
import { multiply, sign, trim } from '../figures/decimal';

export const types = ['Market', 'Limit', 'Stop', 'StopLimit', 'TrailingStop'] as const;
export type OrderType = (typeof types)[number];

/** What is asked for: an order, two exits of what is held, a position to be brought to, or an order that is worked in slices. */
export type Mode = 'order' | 'exits' | 'target' | 'worked';

export const algorithms = ['Twap', 'Vwap', 'Iceberg'] as const;

export type Draft = {
  mode: Mode;
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
  algorithm: (typeof algorithms)[number];
  minutes: string;
  slices: string;
  display: string;
};

export const blank: Draft = {
  mode: 'order', account: '', instrument: '', side: 'Buy', type: 'Limit', quantity: '', limitPrice: '', stopPrice: '', trailBy: '', timeInForce: '', reduceOnly: false,
  postOnly: false, takeProfit: '', stopLoss: '', algorithm: 'Twap', minutes: '30', slices: '10', display: '',
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

/** What must be a figure, of which some may be left out. */
function asked(draft: Draft): [name: string, text: string, isOptional?: boolean][] {
  switch (draft.mode) {
    case 'order':
      return [
        ['quantity', draft.quantity], ...priceFields[draft.type].map((field): [string, string] => [names[field], draft[field]]),
        ['take profit', draft.takeProfit, true], ['stop loss', draft.stopLoss, true],
      ];
    case 'exits':
      return [['quantity', draft.quantity], ['take profit', draft.takeProfit], ['stop loss', draft.stopLoss]];
    case 'target':
      return [];
    case 'worked':
      return [
        ['quantity', draft.quantity], ['limit', draft.limitPrice, draft.algorithm !== 'Iceberg'],
        ...(draft.algorithm === 'Iceberg' ? [['quantity at a time', draft.display] as [string, string]] : [['time', draft.minutes], ['number of slices', draft.slices]] as [string, string][]),
      ];
  }
}

/** Why it cannot be sent yet; null where it can. Whether it may be sent the server says. */
export function whyNot(draft: Draft): string | null {
  if (draft.account === '') return 'No account at a venue is configured.';
  if (!/^\S+\.\S+$/.test(draft.instrument.trim())) return 'An instrument is a symbol and a venue, as in AAPL.PAPER.';
  if (draft.mode === 'target' && signed(draft.quantity) === null) return 'The target is a figure; below zero is short.';

  const wrong = asked(draft).find(([, text, isOptional]) => figure(text) === null && !(isOptional && text.trim() === ''));
  return wrong ? `The ${wrong[0]} is a figure above zero.` : null;
}

export const names = { limitPrice: 'limit', stopPrice: 'stop', trailBy: 'trail', takeProfit: 'take profit', stopLoss: 'stop loss' } as const;

/** As people type a position: it may be nothing, or short. */
export function signed(text: string): Decimal | null {
  const plain = text.trim().replaceAll(',', '').replace('\u2212', '-');
  return /^-?\d{1,15}(\.\d{1,12})?$/.test(plain) ? trim(plain) : null;
}

/** Where a draft goes to. */
export const pathOf = ({ mode }: Draft): string => ({ order: '/api/v1/orders', exits: '/api/v1/orders', target: '/api/v1/positions/target', worked: '/api/v1/executions' })[mode];

/** As the server takes it; figures stay the decimals that were typed. */
export function commandOf(draft: Draft, now: number): Record<string, unknown> {
  const of = { account: draft.account, instrument: draft.instrument.trim() };
  switch (draft.mode) {
    case 'target':
      return { ...of, target: signed(draft.quantity) };
    case 'exits':
      return {
        ...of, side: draft.side, type: 'Limit', quantity: figure(draft.quantity), limitPrice: figure(draft.takeProfit), reduceOnly: true, stopLoss: { stopPrice: figure(draft.stopLoss) },
      };
    case 'worked':
      return {
        ...of, side: draft.side, quantity: figure(draft.quantity), algorithm: draft.algorithm, ...(draft.limitPrice.trim() === '' ? {} : { limitPrice: figure(draft.limitPrice) }),
        ...(draft.algorithm === 'Iceberg'
          ? { displayQuantity: figure(draft.display) }
          : { slices: figure(draft.slices), endAt: new Date(now + Number(figure(draft.minutes)) * 60_000).toISOString() }),
      };
    case 'order':
      return { ...of, ...plain(draft) };
  }
}

function plain(draft: Draft): Record<string, unknown> {
  return {
    side: draft.side,
    type: draft.type,
    quantity: figure(draft.quantity),
    ...Object.fromEntries(priceFields[draft.type].map(field => [field, figure(draft[field])])),
    ...(draft.timeInForce === '' ? {} : { timeInForce: draft.timeInForce }),
    ...(draft.reduceOnly ? { reduceOnly: true } : {}),
    ...(draft.postOnly ? { postOnly: true } : {}),
    ...(draft.takeProfit.trim() === '' ? {} : { takeProfit: { limitPrice: figure(draft.takeProfit) } }),
    ...(draft.stopLoss.trim() === '' ? {} : { stopLoss: { stopPrice: figure(draft.stopLoss) } }),
  };
}

/** A price at a multiple of the instrument's tick, as text. */
export function atTick(price: number, tick: Decimal | undefined): Decimal {
  if (tick === undefined || Number(tick) <= 0) return trim(price.toPrecision(6));

  return trim(multiply(String(Math.round(price / Number(tick))), tick));
}
