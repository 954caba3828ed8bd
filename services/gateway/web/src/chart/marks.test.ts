import { expect, test } from 'vitest';
import type { Order, Trade } from '../api/contracts';
import { symbolOf } from '../figures/format';
import { barOf, orderMarks, tradeMarks } from './marks';

test('a mark belongs to the bar in which it happened', () => {
  const closes = [100, 200, 300, 400];
  expect([barOf(200, closes), barOf(201, closes), barOf(399, closes), barOf(50, closes)]).toEqual([200, 300, 400, 100]);
});

test('what is not on the chart has no bar', () => {
  expect([barOf(401, [100, 200, 300, 400]), barOf(-1, [100, 200, 300, 400]), barOf(1, [])]).toEqual([null, null, null]);
});

test('venues share symbols', () => {
  expect([symbolOf('BTC/USDT.KRAKEN'), symbolOf('AAPL.SIM'), symbolOf('BRK.B.ALPACA')]).toEqual(['BTCUSDT', 'AAPL', 'BRK.B']);
});

test('an order is marked where it traded, or where it was asked for', () => {
  const order = (averagePrice: string | null, instrument = 'AAPL.PAPER') => ({ instrument, side: 'Sell', averagePrice, requestedAt: '1970-01-01T00:00:01Z', updatedAt: '1970-01-01T00:00:02Z' }) as Order;
  expect(orderMarks([order('1'), order(null), order('1', 'IBM.PAPER')], 'AAPL.SIM')).toEqual([{ at: 2000, kind: 'sold' }, { at: 1000, kind: 'ordered' }]);
});

test('a short trade is sold first', () => {
  const trade = { instrument: 'A.SIM', side: 'Sell', openedAt: '1970-01-01T00:00:01Z', closedAt: '1970-01-01T00:00:02Z' } as Trade;
  expect(tradeMarks([trade], 'A.SIM').map(mark => mark.kind)).toEqual(['sold', 'bought']);
});
