import { expect, test } from 'vitest';
import type { TradingState, TradingSwitch } from '../api/contracts';
import { strictest, whose } from './states';

const thrown = (state: TradingState, account: string | null = null, strategy: string | null = null): TradingSwitch =>
  ({ state, account, strategy, reason: '', at: '2026-01-01T00:00:00Z', flatten: false });

test.each<[TradingState, TradingState, TradingState, TradingState, string]>([
  ['Active', 'Active', 'Active', 'Active', 'everybody'],
  ['Halted', 'Active', 'Active', 'Halted', 'everybody'],
  ['Active', 'Reducing', 'Active', 'Reducing', 'the account'],
  ['Reducing', 'Active', 'Halted', 'Halted', 'the strategy'],
  ['Halted', 'Reducing', 'Reducing', 'Halted', 'everybody'],
])('of everybody %s, the account %s and the strategy %s it is %s', (everybody, account, strategy, state, by) => {
  const found = strictest([thrown(everybody), thrown(account, 'main'), thrown(strategy, 'main', 'ema-cross')], 'main', 'ema-cross');
  expect([found?.state, found && whose(found)]).toEqual([state, by]);
});

test('what is thrown for others says nothing', () => {
  const others = [thrown('Halted', 'other'), thrown('Halted', 'main', 'donchian'), thrown('Halted', 'other', 'ema-cross')];
  expect(strictest([thrown('Active'), ...others], 'main', 'ema-cross')?.state).toBe('Active');
  expect(strictest(others, 'main', 'ema-cross')).toBeUndefined();
});
