// The newest price of every instrument that anybody looks at, as it is told.

import { useEffect, useSyncExternalStore } from 'react';
import { symbolOf } from '../figures/format';
import type { InstrumentPrice } from './contracts';
import { hear, useWanted } from './live';

type Told = { price: number; at: number; session: string };

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
        newest.set(keyOf(sessionId, symbolOf(instrument)), { price, at: Date.parse(at), session: sessionId });
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

/** What an instrument's symbol costs in a session; undefined where nothing was heard since the page was opened. */
export function usePrice(instrument: string, session: string): Told | undefined {
  return useSyncExternalStore(subscribe, () => newest.get(keyOf(session, symbolOf(instrument))));
}
