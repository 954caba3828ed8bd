// What goes wrong in the page reaches the server's log, with the release it happened in and the trace it belongs to: a handful a minute
// and a few dozen a page, each once, so that a page gone wild does no harm. Nothing of what people type or see goes with it.

import { release } from './release';
import { Problem } from './problem';
import { consoleHeader, sessionMark } from './session';

const most = 30; // of one page
const mostInAMinute = 6;
const mostSteps = 12;

type Kind = 'error' | 'rejection' | 'screen' | 'request';

const told = new Set<string>();
const times: number[] = [];
const steps: string[] = [];

/** Remembers what was done last, without its values: where to, and how it ended. */
export function step(what: string): void {
  steps.push(`${new Date().toISOString().slice(11, 23)} ${what}`.slice(0, 120));
  if (steps.length > mostSteps) steps.shift();
}

/** Whether one more may be told now. */
function mayTell(what: string): boolean {
  const now = Date.now();
  while (times[0] !== undefined && times[0] < now - 60_000) times.shift();
  if (told.has(what) || told.size >= most || times.length >= mostInAMinute) return false;

  told.add(what);
  times.push(now);
  return true;
}

/** Tells the server. Whether it gets there is not waited for, and not told again. */
export function report(kind: Kind, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  // Who is not signed in has no right to tell anything.
  if (sessionMark() === null || !mayTell(`${kind} ${message}`)) return;

  const fault = {
    release,
    screen: location.pathname.slice(0, 100),
    kind,
    message: message.slice(0, 500),
    stack: stack?.slice(0, 3_000),
    traceId: error instanceof Problem ? error.traceId : undefined,
    steps,
  };
  void fetch('/api/v1/client-errors', {
    method: 'POST', headers: { ...consoleHeader, 'Content-Type': 'application/json' }, body: JSON.stringify(fault), keepalive: true,
  }).catch(() => undefined);
}

/** A request that the server failed at: what it refuses, and that it is not there, is no fault of the page's or the server's. */
export function reportProblem(problem: Problem): void {
  if (problem.status >= 500 && problem.status !== 503) report('request', problem);
}

export function watchFaults(): void {
  addEventListener('error', event => report('error', event.error ?? event.message));
  addEventListener('unhandledrejection', event => report('rejection', event.reason));
}
