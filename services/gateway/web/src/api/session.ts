// Whose session this browser has. The tokens are in cookies that no script can read; what is kept here is only until when the
// access token is good. Refresh tokens are good once and shared by all tabs, so refreshing takes its turn, and happens here alone.

import { Problem } from './problem';

/** What the gateway demands of a page before it takes its cookies for a change. */
export const consoleHeader = { 'X-AlgoStack-Console': '1' };

const markKey = 'algostack-session';
const turn = 'algostack-refresh';
const early = 30_000; // ms before the access token ends
const patience = 10_000; // ms

type Tokens = { expiresAt: string };

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Changes with every refresh in any tab; null where nobody is signed in, as far as is known. */
export function sessionMark(): string | null {
  return localStorage.getItem(markKey);
}

/** Called when somebody signs in or out, in this tab or another. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function signIn(name: string, password: string, code: string | undefined): Promise<void> {
  const response = await send('/auth/sign-in', { name, password, cookies: true, ...(code ? { code } : {}) });
  if (!response.ok) throw await Problem.of(response);

  keep((await response.json()) as Tokens);
  tell();
}

/** The gateway has begun a session, whose tokens are in cookies already: until when they are good, the first refresh says. Other tabs begin anew. */
export function begun(): void {
  localStorage.removeItem(markKey);
  localStorage.setItem(markKey, new Date().toISOString());
}

export async function signOut(): Promise<void> {
  const response = await send('/auth/sign-out');
  // Who has no session any more is signed out as well.
  if (!response.ok && response.status !== 401) throw await Problem.of(response);

  forget();
}

/**
 * Goes on with the session, once for all tabs.
 * @param seen The mark that what failed was asked under: where it is another by now, another tab has been here. Null: there was none.
 * @returns Whether there is a session.
 */
export async function refresh(seen: string | null): Promise<boolean> {
  if (seen === null) return false;

  return navigator.locks.request(turn, async () => {
    if (sessionMark() !== seen) return sessionMark() !== null;

    const response = await send('/auth/refresh');
    if (response.ok) {
      keep((await response.json()) as Tokens);
      return true;
    }

    const problem = await Problem.of(response);
    if (response.status !== 401) throw problem;

    forget();
    return false;
  });
}

/** Keeps the access token fresh while the page is open, so that the live stream need not break off. */
export function stayFresh(): void {
  clearTimeout(timer);
  const mark = sessionMark();
  if (mark === null) return;

  timer = setTimeout(
    () => {
      // What fails here is met by the next request, which tries again and says so.
      refresh(mark).then(stayFresh, () => (timer = setTimeout(stayFresh, early / 2)));
    },
    Math.max(0, Date.parse(mark) - Date.now() - early),
  );
}

addEventListener('storage', event => {
  if (event.key !== markKey) return;

  stayFresh();
  if (event.oldValue === null || event.newValue === null) tell();
});

function send(path: string, body?: unknown): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { ...consoleHeader, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  }).catch(() => {
    throw Problem.unreachable();
  });
}

function keep(tokens: Tokens): void {
  localStorage.setItem(markKey, tokens.expiresAt);
  stayFresh();
}

function forget(): void {
  if (sessionMark() === null) return;

  localStorage.removeItem(markKey);
  stayFresh();
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}
