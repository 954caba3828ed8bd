// Paths of the console, without a library: a path is a screen, what is behind it (?…) is the screen's own.

import { useSyncExternalStore } from 'react';
import { step } from '../api/faults';

const base = '/console';
const moved = 'algostack-moved';

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  addEventListener(moved, listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener(moved, listener);
  };
}

/** The path below the console, as in `/orders`. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.slice(base.length).replace(/\/+$/, '') || '/');
}

/** One value behind the path, which is kept over a reload and can be sent to a colleague. */
export function useChoice(name: string): [value: string | undefined, choose: (value: string | undefined) => void] {
  const value = useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name) ?? undefined);
  return [
    value,
    next => {
      const choices = new URLSearchParams(location.search);
      if (next) choices.set(name, next);
      else choices.delete(name);
      move(`${location.pathname}${choices.size > 0 ? `?${choices}` : ''}`, true);
    },
  ];
}

export const address = (path: string): string => `${base}${path}`;

export function go(path: string): void {
  move(address(path), false);
}

function move(to: string, replace: boolean): void {
  step(`to ${to.split('?')[0]}`);
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  dispatchEvent(new Event(moved));
}
