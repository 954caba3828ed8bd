// Every request of the console to the gateway's API.

import { parseExact } from './exactJson';
import { reportProblem, step } from './faults';
import { Problem } from './problem';
import { consoleHeader, refresh, sessionMark } from './session';

const usualPatience = 15_000; // ms

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Options = {
  method?: Method;
  body?: unknown;
  /** Names what is asked for, for good: the same again is done once. */
  key?: string;
  /** How long an answer is waited for, in milliseconds. */
  patience?: number;
  signal?: AbortSignal;
};

/** What is not given is left out. */
export function query(path: string, values: Record<string, string | number | readonly string[] | null | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const pairs = given.flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map(each => [name, String(each)]));
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
}

/** Reads an answer whose numbers are measures: scores, times, prices to draw. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return JSON.parse(await textOf(path, signal ? { signal } : {})) as T;
}

/** Reads an answer whose numbers are money or quantities, which come as strings. */
export async function readExact<T>(path: string, signal?: AbortSignal): Promise<T> {
  return parseExact(await textOf(path, signal ? { signal } : {})) as T;
}

/** Asks for a change. It is done when the answer is there, and not before. */
export async function change<T>(method: Method, path: string, body?: unknown, how: Pick<Options, 'key' | 'patience'> = {}): Promise<T> {
  const text = await textOf(path, { method, body, ...how });
  return (text === '' ? undefined : parseExact(text)) as T;
}

async function textOf(path: string, options: Options): Promise<string> {
  const mark = sessionMark();
  let response = await send(path, options);
  if (response.status === 401 && (await refresh(mark))) response = await send(path, options);
  if (response.ok) return await response.text().catch(error => unheard(error, options.signal));

  const problem = await Problem.of(response);
  step(`${options.method ?? 'GET'} ${path.split('?')[0]} ${problem.status} ${problem.code}`);
  reportProblem(problem);
  throw problem;
}

async function send(path: string, { method = 'GET', body, key, patience = usualPatience, signal }: Options): Promise<Response> {
  const limit = AbortSignal.timeout(patience);
  try {
    return await fetch(path, {
      method,
      headers: {
        ...(method === 'GET' ? {} : consoleHeader),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    return unheard(error, signal);
  }
}

/** Nobody answered to the end, unless nobody wants to know any more. */
function unheard(error: unknown, signal: AbortSignal | undefined): never {
  throw signal?.aborted ? error : Problem.unreachable();
}
