import { expect, test } from 'vitest';
import type { OrderEvent } from '../api/contracts';
import { tell } from './story';

const event = (kind: string, data: string): OrderEvent => ({ position: '1', kind, data, at: '', committedAt: '', correlationId: null, causationId: null });

test('a request says what was asked for', () => {
  const data = '{"Intent":{"Side":"Buy","Quantity":33.50,"Instrument":"AAPL.SIM","Type":"Limit","LimitPrice":187.5,"TimeInForce":"Day"}}';
  expect(tell(event('order_requested', data)).detail).toBe('Buy 33.5 AAPL.SIM, Limit, limit 187.50, Day');
});

test('a fill is in part while something is left', () => {
  expect(tell(event('order_filled', '{"TradeId":"t-1","Quantity":3,"Price":100.1,"Leaves":0.5}'))).toEqual({
    what: 'Filled in part', tone: 'good', detail: '3 at 100.10, 0.5 left, trade t-1',
  });
  expect(tell(event('order_filled', '{"TradeId":"t-1","Quantity":3,"Price":100.1,"Leaves":0.00}')).what).toBe('Filled');
});

test('a denial says why, with its code', () => {
  expect(tell(event('order_denied', '{"Code":"halted","Reason":"Trading is halted."}'))).toEqual({
    what: 'Denied by risk', tone: 'bad', detail: 'Trading is halted. (halted)',
  });
});

test('an event that is not known yet says its name', () => {
  expect(tell(event('order_sent_to_the_moon', '{}'))).toEqual({ what: 'order sent to the moon', tone: '', detail: null });
});
