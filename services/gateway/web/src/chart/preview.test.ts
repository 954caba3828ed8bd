import { expect, test } from 'vitest';
import type { AccountLimits, OrderEvent, PortfolioDetail, Position } from '../api/contracts';
import { blank } from './order';
import { preview } from './preview';
import { pricesOf } from './working';

const detail = {
  balances: [{ currency: 'USD', opening: '10000', cash: '5000', equity: '10000', realizedPnl: '0', commission: '0' }],
  exposures: [{ currency: 'USD', gross: '3000', net: '3000', instruments: [] }],
} as unknown as PortfolioDetail;
const limits = { limits: { orderValue: '1500', positionValue: '2500', grossExposure: null } } as unknown as AccountLimits;
const positions = [{ instrument: 'AAPL.PAPER', currency: 'USD', quantity: '10', lastPrice: '100' }] as Position[];
const draft = { ...blank, account: 'desk', instrument: 'AAPL.PAPER', quantity: '20', limitPrice: '100', stopLoss: '95', takeProfit: '115' };
const of = (name: string, lines = preview(draft, { detail, positions, limits, last: null })) => lines.find(line => line.name === name);

test('what is over a limit is said', () => {
  expect(of('Comes to')).toEqual({ name: 'Comes to', value: '2,000.00 of 1,500.00', isOver: true });
  expect(of('Position then')).toEqual({ name: 'Position then', value: '3,000.00 of 2,500.00', isOver: true });
  expect(of('Gross exposure then')?.value).toBe('5,000.00, 50.0\u00a0% of equity');
  expect(of('Held then')?.value).toBe('30, now 10');
  expect(of('Cash then')?.value).toBe('3,000.00');
});

test('what is at stake goes from the price to the exits', () => {
  expect(of('At risk to the stop')?.value).toBe('100.00, 1.0\u00a0% of equity');
  expect(of('Reward to risk')?.value).toBe('3.00');
});

test('a market order counts at the last price, and without one nothing is said', () => {
  const market = { ...draft, type: 'Market' as const, limitPrice: '' };
  expect(of('Comes to', preview(market, { detail, positions, limits, last: '50' }))?.value).toBe('1,000.00 of 1,500.00');
  expect(preview(market, { detail, positions, limits, last: null })).toEqual([]);
});

test('a price that the type has no use for, and that was typed before, does not count', () => {
  const market = { ...draft, type: 'Market' as const, limitPrice: '7', stopPrice: '8' };
  expect(of('Comes to', preview(market, { detail, positions, limits, last: '50' }))?.value).toBe('1,000.00 of 1,500.00');
});

test('an order costs what it was changed to last', () => {
  const event = (kind: string, data: string) => ({ kind, data }) as OrderEvent;
  expect(pricesOf([
    event('order_requested', '{"Intent":{"LimitPrice":90.10,"StopPrice":null}}'), event('order_replace_requested', '{"LimitPrice":99}'), event('order_replaced', '{"LimitPrice":91.20}'),
  ])).toEqual({ limitPrice: '91.20', stopPrice: null });
});

test('where it is not known what is held nothing is said of it then', () => {
  expect(preview(draft, { detail, positions: undefined, limits, last: null }).map(line => line.name)).toEqual(preview(draft, { detail, positions, limits, last: null }).map(line => line.name).filter(name => !/then$/.test(name)));
});
