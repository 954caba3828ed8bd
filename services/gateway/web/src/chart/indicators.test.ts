import { expect, test } from 'vitest';
import type { Bars } from '../api/contracts';
import { atr, bollinger, ema, indicators, rsi, sma, vwap } from './indicators';

// A worked example that is widely published.
const wilder = [44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.614, 46.282, 46.282, 46.0028];

const bars = (close: number[], volume = close.map(() => 1)): Bars => ({ closeMs: close.map((_, i) => (i + 1) * 60_000), open: close, high: close.map(c => c + 1), low: close.map(c => c - 1), close, volume });

test('means begin when there are enough', () => {
  expect(sma([1, 2, 3, 4, 5], 3)).toEqual([null, null, 2, 3, 4]);
  expect(ema([1, 2, 3, 4, 8], 3)).toEqual([null, null, 2, 3, 5.5]);
});

test('bands are two deviations away', () => {
  const [upper, middle, lower] = bollinger([2, 4, 4, 4, 5, 5, 7, 9], 8);
  expect([upper[7], middle[7], lower[7]]).toEqual([9, 5, 1]);
  expect(upper[6]).toBeNull();
});

test('the relative strength is that of the worked example', () => {
  const found = rsi(wilder, 14);
  expect(found[13]).toBeNull();
  expect(found[14]).toBeCloseTo(70.53, 1);
  expect(found[15]).toBeCloseTo(66.32, 1);
  expect(rsi(Array.from({ length: 20 }, () => 5), 14)[19]).toBe(50);
});

test('a gap counts in the true range', () => {
  expect(atr(bars([10, 10, 20]), 1)).toEqual([2, 2, 11]);
});

test('the price paid a unit begins anew with the day', () => {
  const two = { ...bars([10, 20, 30], [1, 3, 2]), closeMs: [86_399_999, 86_400_000, 86_400_001] };
  expect(vwap(two)).toEqual([10, 17.5, 30]);
});

test('every indicator has a value for every bar', () => {
  const some = bars(Array.from({ length: 60 }, (_, i) => 100 + Math.sin(i)));
  for (const each of indicators) for (const { values } of each.of(some)) expect(values, each.id).toHaveLength(60);
});
