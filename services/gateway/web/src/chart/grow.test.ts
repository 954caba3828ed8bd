import { expect, test } from 'vitest';
import type { Bars } from '../api/contracts';
import { grown } from './grow';

const bars: Bars = { closeMs: [100, 200], open: [1, 2], high: [1, 2], low: [1, 2], close: [1, 2], volume: [5, 5] };

test('new bars go to the end, the last is replaced, and older ones are left', () => {
  const next = grown(bars, [[100, 9, 9, 9, 9, 9], [200, 3, 3, 3, 3, 3], [300, 4, 4, 4, 4, 4]]);
  expect([next.closeMs, next.close, next.volume]).toEqual([[100, 200, 300], [1, 3, 4], [5, 3, 4]]);
  expect(bars.close).toEqual([1, 2]);
});
