import { expect, test } from 'vitest';
import type { SweepOutcome } from '../api/contracts';
import { gridOf, triesOf, varying } from './heat';

const outcome = (index: number, parameters: string, sharpe: number | null): SweepOutcome => ({ index, parameters, figures: { sharpe, finalEquity: 1, totalReturn: 0, maxDrawdown: 0, trades: 1 } });
const all = [outcome(0, 'fast=5 slow=20 stop=3', 1), outcome(1, 'fast=5 slow=100 stop=3', 2), outcome(2, 'fast=10 slow=20 stop=3', null), outcome(3, 'fast=5 slow=20 stop=4', 3)];

test('only what varies is an axis', () => {
  expect(varying(all)).toEqual(['fast', 'slow', 'stop']);
  expect(varying(all.slice(0, 2))).toEqual(['slow']);
});

test('axes go up as numbers do, and the best stands for what is hidden', () => {
  const { xs, ys, cells } = gridOf(all, 'slow', 'fast', 'sharpe');
  expect([xs, ys]).toEqual([['20', '100'], ['5', '10']]);
  expect([cells[0]?.[0]?.value, cells[0]?.[1]?.value, cells[1]?.[0]?.value, cells[1]?.[1]]).toEqual([3, 2, null, undefined]);
});

test('a grid is counted before it is sent', () => {
  expect([triesOf('fast=5..50:5 slow=60..200:20'), triesOf('fast=5,10'), triesOf('fast=5..8'), triesOf('fast'), triesOf('fast=much')]).toEqual([80, 2, 4, null, null]);
});
