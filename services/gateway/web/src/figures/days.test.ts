import { expect, test } from 'vitest';
import type { EquityPoint } from '../api/contracts';
import { daysOf, drawdownsOf } from './days';

const point = (at: string, equity: string): EquityPoint => ({ at, equity, cash: '0', currency: 'USD' });

test('a day is from the last value of the day before to its own', () => {
  expect(daysOf([point('2026-01-01T10:00:00Z', '101'), point('2026-01-01T20:00:00Z', '110'), point('2026-01-03T01:00:00Z', '99')], '100')).toEqual([
    { date: '2026-01-01', gain: '10', share: '0.100000000000' }, { date: '2026-01-03', gain: '-11', share: '-0.100000000000' },
  ]);
});

test('a drawdown is counted from the highest', () => {
  expect(drawdownsOf([point('', '100'), point('', '80'), point('', '120'), point('', '90')])).toEqual([0, 80 / 100 - 1, 0, 90 / 120 - 1]);
});
