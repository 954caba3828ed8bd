// Live push over SignalR: what happens as it happens, and after a lost line exactly what was missed. What moves fast (prices, bars) is
// shown as it is told; of the rest it is a doorbell, and what is shown is read from who owns it.

import type { HubConnection } from '@microsoft/signalr';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { refresh, sessionMark } from './session';

const pace = 500; // ms, at least, between two readings of the same that the doorbell causes
const cost = 200; // ms for each query that may be read: in a rush a page asks five times a second, and not as often as it is told something
const grace = 1_500; // ms without a line before it is called lost
const longestPause = 3_000; // ms between two attempts
const silence = 30_000; // ms without a word after which the line is given up; the server speaks every 15 s

export type Line = 'connecting' | 'live' | 'lost';
export type Kind = 'prices' | 'bars' | 'signals' | 'orders' | 'fills' | 'positions' | 'alerts' | 'health';
export type Wanted = { id: string; kinds: Kind[]; instruments?: string[]; session?: string };

type Told =
  | { type: 'hello'; sequence: number; epoch: string }
  | { type: 'event'; sequence: number; kind: Kind; data: unknown }
  | { type: 'subscribed'; sequence: number; id: string }
  | { type: 'reset'; sequence: number; epoch: string; kinds: Kind[] }
  | { type: 'resumed' | 'unsubscribed' | 'ping'; sequence: number }
  | { type: 'closed'; code: number; reason: string }
  | { type: 'renewed' | 'error' };

/** What is to be read anew after something of a kind. */
const rung: Record<Kind, string[]> = {
  prices: [], bars: ['bars'], signals: ['signals'], orders: ['orders', 'executions'], fills: ['portfolios', 'fills'], positions: ['portfolios', 'accounts'], alerts: ['alerts'],
  health: ['status'],
};

const allRung = new Set(Object.values(rung).flat());

const desk: Wanted = { id: 'desk', kinds: ['signals', 'orders', 'fills', 'positions', 'alerts', 'health'] };

const hearers = new Map<Kind, Set<(data: never) => void>>();
const wanted = new Map<string, Wanted>([[desk.id, desk]]);
const listeners = new Set<() => void>();
let line: Line = 'connecting';
let hub: HubConnection | null = null;
/** The last that was heard, to go on from. */
let place: { epoch: string; sequence: number } | null = null;

export function useLine(): Line {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => line,
  );
}

/** Calls back with all of a kind that is wanted by anybody. Returns the way to stop it. */
export function hear<T>(kind: Kind, hearer: (data: T) => void): () => void {
  const all = hearers.get(kind) ?? new Set();
  hearers.set(kind, all);
  all.add(hearer);
  return () => all.delete(hearer);
}

/** Has something pushed while the component is there. */
export function useWanted(want: Wanted | null): void {
  const text = want && JSON.stringify(want);
  useEffect(() => {
    if (!text) return;

    const mine = JSON.parse(text) as Wanted;
    wanted.set(mine.id, mine);
    ask('Subscribe', mine);
    return () => {
      if (!wanted.delete(mine.id)) return;

      ask('Unsubscribe', { id: mine.id });
    };
  }, [text]);
}

function ask(method: 'Subscribe' | 'Unsubscribe' | 'Resume', message: unknown): void {
  // What does not get through is asked for again by the next line.
  void hub?.send(method, message).catch(() => undefined);
}

/** Follows what happens until it is told to stop. */
export function follow(queries: QueryClient): () => void {
  const doorbell = doorbellOf(queries);
  let isOver = false;
  const follows = async () => {
    for (let attempt = 0; !isOver; attempt++) {
      const begun = Date.now();
      const closed = await connect(told => listen(told, doorbell), () => isOver).catch(() => null);
      if (isOver) return;

      if (closed === null) {
        set('lost');
        // Refused by a token that has ended, or not reached: the browser does not say which. What is read meanwhile finds it out too.
        if (attempt === 0) await refresh(sessionMark()).catch(() => undefined);
        await pause(Math.min(longestPause, 500 * 2 ** attempt));
        continue;
      }

      attempt = -1;
      const isLost = setTimeout(() => line !== 'lost' && hub === null && set('lost'), grace);
      if (closed.startsWith('token')) await refresh(sessionMark()).catch(() => undefined);
      // Who is shown the door at once does not stand in it.
      else if (Date.now() - begun < longestPause) await pause(longestPause);
      if (isOver) clearTimeout(isLost);
    }
  };
  const offline = () => set('lost');
  addEventListener('offline', offline);
  // What could not be read meanwhile is not waited for.
  const revive = () => {
    if (line === 'live' && former === 'lost') void queries.invalidateQueries();
    former = line;
  };
  let former: Line = line;
  listeners.add(revive);
  set('connecting');
  void follows();
  return () => {
    isOver = true;
    listeners.delete(revive);
    removeEventListener('offline', offline);
    void hub?.stop();
    place = null;
  };
}

/** Holds a line for as long as it stands. Returns why it ended. */
async function connect(hears: (told: Told) => void, isOver: () => boolean): Promise<string> {
  const { HubConnectionBuilder, HttpTransportType, LogLevel } = await import('@microsoft/signalr');
  const next = new HubConnectionBuilder()
    .withUrl('/api/v1/hub', { skipNegotiation: true, transport: HttpTransportType.WebSockets })
    .configureLogging(LogLevel.None)
    .build();
  next.serverTimeoutInMilliseconds = silence;
  let reason = '';
  const end = new Promise<void>(resolve => next.onclose(() => resolve()));
  next.on('push', (told: Told) => {
    if (told.type === 'closed') {
      reason = told.reason;
      void next.stop();
    } else if (!isOver()) {
      if (told.type === 'hello') hub = next;
      hears(told);
    }
  });
  await next.start();
  if (isOver()) void next.stop();
  await end;
  if (hub === next) hub = null;
  return reason;
}

function listen(told: Told, doorbell: (kinds: Kind[]) => void): void {
  switch (told.type) {
    case 'hello':
      if (place) ask('Resume', { ...place, subscriptions: [...wanted.values()] });
      else for (const each of wanted.values()) ask('Subscribe', each);
      place ??= { epoch: told.epoch, sequence: told.sequence };
      return;
    case 'reset':
      place = { epoch: told.epoch, sequence: told.sequence };
      set('live');
      doorbell(told.kinds);
      return;
    case 'subscribed':
      // What was read before somebody listened may be older than it looks.
      doorbell(wanted.get(told.id)?.kinds ?? []);
      break;
    case 'event':
      for (const hearer of hearers.get(told.kind) ?? []) hearer(told.data as never);
      // A bar says all there is to say.
      if (told.kind !== 'bars') doorbell([told.kind]);
      break;
  }

  // That something was refused, or taken note of, is no sign that anything is heard.
  if (!('sequence' in told)) return;

  if (place) place.sequence = told.sequence;
  set('live');
}

/** Reads at once when rung, and once more a moment later: what is read may be a step behind what was told. */
function doorbellOf(queries: QueryClient): (kinds: Kind[]) => void {
  const due = new Map<string, number>();
  const shown = () => queries.getQueryCache().findAll({ type: 'active' }).filter(({ queryKey: [key] }) => allRung.has(key as string)).length;
  const read = (key: string, before: number) => {
    void queries.invalidateQueries({ queryKey: [key] }).finally(async () => {
      await pause(before < 2 ? pace : Math.max(pace, shown() * cost));
      const left = (due.get(key) ?? 1) - 1;
      if (left <= 0) return void due.delete(key);

      due.set(key, left);
      read(key, before + 1);
    });
  };
  return kinds => {
    for (const key of new Set(kinds.flatMap(kind => rung[kind]))) {
      const isQuiet = !due.has(key);
      due.set(key, 2);
      if (isQuiet) read(key, 0);
    }
  };
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

function set(next: Line): void {
  if (line === next) return;

  line = next;
  for (const listener of listeners) listener();
}
