import { expect, test } from 'vitest';
import { barOf, symbolOf } from './marks';

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
