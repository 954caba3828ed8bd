// What an order would come to, before it is sent: arithmetic on what the account has, for the eye. Risk decides when it is sent.

import type { AccountLimits, PortfolioDetail, Position } from '../api/contracts';
import type { Decimal } from '../api/exactJson';
import { absolute, add, compare, multiply, negate, ratio, sign, subtract } from '../figures/decimal';
import { money, percent, quantity as words, ratioOf } from '../figures/format';
import { type Draft, figure, priceFields } from './order';

export type Line = { name: string; value: string; isOver?: boolean };

type Known = { detail: PortfolioDetail | undefined; positions: Position[] | undefined; limits: AccountLimits | undefined; last: Decimal | null };

/** Empty as long as no quantity and no price is known. */
export function preview(draft: Draft, { detail, positions, limits, last }: Known): Line[] {
  const units = figure(draft.quantity);
  // What an order of this type has no use for may still stand in the draft.
  const given = (field: 'limitPrice' | 'stopPrice') => (draft.mode !== 'order' || priceFields[draft.type].includes(field) ? figure(draft[field]) : null);
  const price = given('limitPrice') ?? given('stopPrice') ?? last;
  if (units === null || price === null) return [];

  const position = positions?.find(each => each.instrument === draft.instrument.trim());
  const held = position?.quantity ?? '0';
  const after = add(held, draft.side === 'Buy' ? units : negate(units));
  const value = multiply(units, price);
  const worth = multiply(absolute(after), price);
  const balance = detail?.balances.find(each => each.currency === position?.currency) ?? (detail?.balances.length === 1 ? detail.balances[0] : undefined);
  const exposure = detail?.exposures.find(each => each.currency === balance?.currency);
  const gross = exposure && add(subtract(exposure.gross, multiply(absolute(held), position?.lastPrice ?? price)), worth);
  const share = (of: Decimal) => (balance && sign(balance.equity) > 0 ? `, ${percent(ratio(of, balance.equity))} of equity` : '');
  const against = (name: string, found: Decimal, limit: Decimal | null | undefined): Line => ({
    name, value: `${money(found)}${limit ? ` of ${money(limit)}` : share(found)}`, ...(limit && compare(found, limit) > 0 ? { isOver: true } : {}),
  });
  const own = against('Comes to', value, limits?.limits.orderValue);
  // Where it is not known what is held, nothing is said of it then.
  if (!positions) return [own, ...atStake(draft, units, price, share)];

  const lines: Line[] = [
    own,
    { name: 'Held then', value: `${words(after)}${sign(held) === 0 ? '' : `, now ${words(held)}`}` },
    against('Position then', worth, limits?.limits.positionValue),
  ];
  if (gross) lines.push(against('Gross exposure then', gross, limits?.limits.grossExposure));
  if (balance && draft.side === 'Buy' && sign(held) >= 0) {
    const left = subtract(balance.cash, value);
    lines.push({ name: 'Cash then', value: money(left), ...(sign(left) < 0 ? { isOver: true } : {}) });
  }

  return [...lines, ...atStake(draft, units, price, share)];
}

function atStake(draft: Draft, units: Decimal, price: Decimal, share: (of: Decimal) => string): Line[] {
  const [stop, target] = [figure(draft.stopLoss), figure(draft.takeProfit)];
  const risked = stop === null ? null : multiply(absolute(subtract(price, stop)), units);
  const hoped = target === null ? null : multiply(absolute(subtract(target, price)), units);
  return [
    ...(risked === null ? [] : [{ name: 'At risk to the stop', value: `${money(risked)}${share(risked)}` }]),
    ...(risked === null || hoped === null || sign(risked) === 0 ? [] : [{ name: 'Reward to risk', value: ratioOf(ratio(hoped, risked)) }]),
  ];
}
