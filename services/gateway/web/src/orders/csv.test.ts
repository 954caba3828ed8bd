import { expect, test } from 'vitest';
import type { Order } from '../api/contracts';
import { csvOf } from './csv';

test('cells are quoted, figures kept, and formulas disarmed', () => {
  const order = {
    orderId: '-o1', account: 'desk', strategy: 'a,b', instrument: 'X', quantity: '-1.50', filled: '0', averagePrice: null, reason: '=HYPERLINK("x")', code: null, signalId: null,
    requestedAt: '2026-01-01', updatedAt: '2026-01-01', side: 'Buy', type: 'Limit', commission: '0.10', status: 'Denied', sessionId: 's',
  } satisfies Order;
  expect(csvOf([order]).split('\r\n')[1]).toBe(`2026-01-01,2026-01-01,'-o1,desk,"a,b",X,Buy,Limit,-1.50,0,,0.10,Denied,,"'=HYPERLINK(""x"")",`);
});
