import { expect, test } from 'vitest';
import { atTick, blank, commandOf, type Draft, pathOf, whyNot } from './order';

const draft: Draft = { ...blank, account: 'desk', instrument: 'AAPL.PAPER', quantity: '1,000.50', limitPrice: '99.10' };

test('figures stay the decimals that were typed', () => {
  expect(commandOf({ ...draft, takeProfit: '110', stopLoss: '95.00', timeInForce: 'Gtc' }, 0)).toEqual({
    account: 'desk', instrument: 'AAPL.PAPER', side: 'Buy', type: 'Limit', quantity: '1000.5', limitPrice: '99.1', timeInForce: 'Gtc', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '95' },
  });
});

test('two exits are a reducing limit order with a stop', () => {
  const exits: Draft = { ...draft, mode: 'exits', side: 'Sell', quantity: '10', takeProfit: '110', stopLoss: '95' };
  expect(whyNot(exits)).toBeNull();
  expect(commandOf(exits, 0)).toMatchObject({ type: 'Limit', limitPrice: '110', reduceOnly: true, stopLoss: { stopPrice: '95' } });
  expect(whyNot({ ...exits, stopLoss: '' })).toBe('The stop loss is a figure above zero.');
});

test('a target may be nothing or short', () => {
  for (const [typed, sent] of [['0', '0'], ['-5', '-5'], ['\u22125.50', '-5.5']] as const) expect(commandOf({ ...draft, mode: 'target', quantity: typed }, 0)).toMatchObject({ target: sent });
  expect(whyNot({ ...draft, mode: 'target', quantity: 'all' })).not.toBeNull();
  expect(pathOf({ ...draft, mode: 'target' })).toBe('/api/v1/positions/target');
});

test('a worked order has an end and slices, an iceberg what is shown', () => {
  expect(commandOf({ ...draft, mode: 'worked', limitPrice: '', minutes: '30', slices: '6' }, 0)).toMatchObject({ algorithm: 'Twap', slices: '6', endAt: '1970-01-01T00:30:00.000Z' });
  expect(commandOf({ ...draft, mode: 'worked', algorithm: 'Iceberg', display: '10' }, 0)).toMatchObject({ limitPrice: '99.1', displayQuantity: '10' });
  expect(whyNot({ ...draft, mode: 'worked', algorithm: 'Iceberg', limitPrice: '' })).toBe('The limit is a figure above zero.');
});

test('a price that was dragged is one that the venue takes', () => {
  expect([atTick(101.2345, '0.01'), atTick(101.26, '0.25'), atTick(0.000123456789, undefined)]).toEqual(['101.23', '101.25', '0.000123457']);
});
