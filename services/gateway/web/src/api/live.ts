// The live stream as a doorbell: it says that something has happened, and what is shown is then read from who owns it.

import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { refresh, sessionMark } from './session';

const pace = 1_000; // ms, at least, between two readings that the doorbell causes
const retry = 3_000; // ms, after the browser has given up

export type Line = 'connecting' | 'live' | 'lost';

type LiveUpdate = { signals: unknown[]; orders: unknown[]; alerts: unknown[] };

const rung: Record<keyof LiveUpdate, string[]> = {
  signals: ['signals'],
  orders: ['orders', 'portfolios', 'accounts'],
  alerts: ['alerts'],
};

let line: Line = 'connecting';
const listeners = new Set<() => void>();

export function useLine(): Line {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => line,
  );
}

/** Follows the stream until it is told to stop. */
export function follow(queries: QueryClient): () => void {
  const due = new Set<string>();
  let ringing: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;

  const ring = (keys: string[]) => {
    for (const key of keys) due.add(key);
    ringing ??= setTimeout(() => {
      ringing = undefined;
      for (const key of due) void queries.invalidateQueries({ queryKey: [key] });
      due.clear();
    }, pace);
  };

  const open = () => {
    source = new EventSource('/api/v1/live?topics=signals,orders,alerts');
    source.addEventListener('hello', () => {
      // What was said meanwhile is in the records.
      if (line === 'lost') void queries.invalidateQueries();
      set('live');
    });
    source.addEventListener('update', event => {
      const update = JSON.parse((event as MessageEvent<string>).data) as LiveUpdate;
      for (const kind of ['signals', 'orders', 'alerts'] as const) {
        if (update[kind].length > 0) ring(rung[kind]);
      }
    });
    source.addEventListener('error', () => {
      set('lost');
      if (source.readyState !== EventSource.CLOSED) return;

      // Refused: by a token that has ended, or for now. The browser does not say which.
      again = setTimeout(() => void refresh(sessionMark()).catch(() => undefined).then(open), retry);
    });
  };

  set('connecting');
  open();
  return () => {
    clearTimeout(ringing);
    clearTimeout(again);
    source.close();
  };
}

function set(next: Line): void {
  if (line === next) return;

  line = next;
  for (const listener of listeners) listener();
}
