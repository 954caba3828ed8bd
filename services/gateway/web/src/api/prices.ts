// The newest price of every instrument that anybody looks at, as it is told.

import { useEffect, useSyncExternalStore } from 'react';
import { symbolOf } from '../figures/format';
import type { InstrumentPrice } from './contracts';
import { hear, useWanted } from './live';

type Told = { price: number; at: number; session: string; heardAt: number };

const newest = new Map<string, Told>();
const listeners = new Set<() => void>();
let painting = 0;

const keyOf = (session: string, symbol: string): string => `${session}\n${symbol}`;

/** Has prices pushed while the component is there. */
export function usePrices(): void {
  useWanted({ id: 'prices', kinds: ['prices'] });
  useEffect(
    () =>
      hear<InstrumentPrice>('prices', ({ sessionId, instrument, price, at }) => {
        const told = { price, at: Date.parse(at), session: sessionId, heardAt: Date.now() };
        newest.set(keyOf(sessionId, symbolOf(instrument)), told);
        newest.set(keyOf('', symbolOf(instrument)), told);
        // Of a rush the eye sees a frame at a time.
        painting ||= requestAnimationFrame(() => {
          painting = 0;
          for (const listener of listeners) listener();
        });
      }),
    [],
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What an instrument's symbol costs in a session, or in whichever spoke last; undefined where nothing was heard since the page was opened. */
export function usePrice(instrument: string, session = ''): Told | undefined {
  return useSyncExternalStore(subscribe, () => newest.get(keyOf(session, symbolOf(instrument))));
}
