// Requests to the gateway, and its stream of what happens.

const patience = 8000;

export class Problem extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `The console answered ${status}.`);
    this.status = status;
    this.service = problem?.service;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Problem(0, { detail: 'The console cannot be reached.' });
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

export const get = path => ask(path);

export const post = (path, body) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value != null)).toString();

/** Follows the live stream; the browser connects again by itself. Returns how to stop. */
export function follow(values, { onUpdate, onLink }) {
  const source = new EventSource(`/api/v1/live?${query(values)}`);
  source.addEventListener('hello', () => onLink(true));
  source.addEventListener('update', event => onUpdate(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    onLink(false);
    // Refused for good, as when there are too many viewers: the browser gives up, a person does not.
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(() => { stop = follow(values, { onUpdate, onLink }); }, 5000);
  });
  let retry;
  let stop;
  return () => {
    clearTimeout(retry);
    source.close();
    stop?.();
  };
}
