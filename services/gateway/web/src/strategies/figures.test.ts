import { expect, test } from 'vitest';
import type { LimitFigures } from '../api/contracts';
import { changedLimits, typedOf, wrong } from './figures';

const former = { orderValue: '1000.50', restricted: ['AAPL.ALPACA'], openMarketOnly: true } as LimitFigures;

test('what is not a figure stays as it was, and what is emptied is no limit', () => {
  const typed = { ...typedOf(former), orderValue: '', dailyLoss: ' 250.00 ' };
  expect(changedLimits(former, typed)).toMatchObject({ orderValue: null, dailyLoss: '250', restricted: ['AAPL.ALPACA'], openMarketOnly: true, netExposure: null });
});

test('what is no figure is named', () => {
  expect(wrong({ ...typedOf(former), dailyLoss: '-1', netExposure: 'much' })).toEqual(['netExposure', 'dailyLoss']);
  expect(wrong(typedOf(undefined))).toEqual([]);
});
