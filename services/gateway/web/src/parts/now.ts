import { useSyncExternalStore } from 'react';

// One clock for every age on the page.
const listeners = new Set<() => void>();
let seconds = Math.floor(Date.now() / 1000);
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    seconds = Math.floor(Date.now() / 1000);
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;

    clearInterval(ticking);
    ticking = undefined;
  };
}

/** The time in milliseconds, by the second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => seconds) * 1000;
}
