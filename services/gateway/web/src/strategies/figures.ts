import type { LimitFigures } from '../api/contracts';
import type { Decimal } from '../api/exactJson';
import { trim } from '../figures/decimal';

export type FigureName = Exclude<keyof LimitFigures, 'openMarketOnly' | 'restricted'>;

/** The limits that are figures, as people call them, with their units. */
export const figureNames: Record<FigureName, string> = {
  orderValue: 'Value of an order',
  orderQuantity: 'Quantity of an order',
  positionValue: 'Value of a position',
  positionQuantity: 'Quantity of a position',
  grossExposure: 'Gross exposure',
  netExposure: 'Net exposure',
  dailyLoss: 'Loss of a day',
  dailyTrades: 'Trades of a day',
  ordersPerSecond: 'Orders a second',
  fatFingerPercent: 'Off the price, %',
  duplicateMs: 'The same again within, ms',
  priceAgeMs: 'Age of a price, ms',
  clockSkewMs: 'Clock off by, ms',
};

const order = Object.keys(figureNames) as FigureName[];

export type Typed = Record<FigureName, string>;

export const typedOf = (limits: LimitFigures | undefined): Typed => Object.fromEntries(order.map(name => [name, limits?.[name] ?? ''])) as Typed;

/** Of which fields what is typed is no figure; nothing is no limit. */
export const wrong = (typed: Typed): FigureName[] => order.filter(name => !/^(\d{1,15}(\.\d{1,8})?)?$/.test(typed[name].trim()));

/** All limits anew: what is no figure stays as it was. */
export function changedLimits(former: LimitFigures | undefined, typed: Typed): Partial<LimitFigures> {
  const figures = order.map((name): [FigureName, Decimal | null] => [name, typed[name].trim() === '' ? null : trim(typed[name].trim())]);
  return { openMarketOnly: former?.openMarketOnly ?? null, restricted: former?.restricted ?? null, ...Object.fromEntries(figures) };
}
