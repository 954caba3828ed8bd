// Requests to the gateway, and its stream of what happens. Who is not signed in is taken to where they can.

const patience = 8000;
const ours = { 'X-AlgoStack-Console': '1' };

export class Problem extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `The console answered ${status}.`);
    this.status = status;
    this.code = problem?.code;
    this.service = problem?.service;
  }
}

async function send(path, options) {
  try {
    return await fetch(path, { ...options, signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Problem(0, { detail: 'The console cannot be reached.' });
  }
}

async function ask(path, options) {
  let response = await send(path, options);
  if (response.status === 401 && !path.startsWith('/auth/')) {
    await refresh();
    response = await send(path, options);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

/** Goes on with the session. A refresh token is good once: one tab at a time, and the next finds that it is done. */
const refresh = () => navigator.locks.request('algostack-refresh', async () => {
  if ((await send('/auth/me')).ok) return;
  const answer = await send('/auth/refresh', { method: 'POST', headers: ours });
  if (answer.status === 401) {
    location.assign('/sign-in.html');
    // Nothing of this page is shown any more.
    await new Promise(() => {});
  }
});

export const get = path => ask(path);

export const post = (path, body) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...ours }, body: JSON.stringify(body) });

export const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value != null)).toString();

/** Follows the live stream; the browser connects again by itself. Returns how to stop. */
export function follow(values, { onUpdate, onLink }) {
  const source = new EventSource(`/api/v1/live?${query(values)}`);
  source.addEventListener('hello', () => onLink(true));
  source.addEventListener('update', event => onUpdate(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    onLink(false);
    // Refused for good, as when there are too many viewers or the token is over: the browser gives up, a person does not.
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(() => refresh().finally(() => { stop = follow(values, { onUpdate, onLink }); }), 5000);
  });
  let retry;
  let stop;
  return () => {
    clearTimeout(retry);
    source.close();
    stop?.();
  };
}
