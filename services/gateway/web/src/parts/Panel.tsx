import { type ReactNode, useId } from 'react';
import { useLine } from '../api/live';
import { Problem } from '../api/problem';
import { age, utc } from '../figures/format';
import { useNow } from './now';

const staleAfter = 20_000; // ms, which is more than the slowest panel waits between two readings

/** What a query answers, as far as a panel looks at it. */
export type Read<T> = { data: T | undefined; error: Error | null; isError: boolean; dataUpdatedAt: number; isFetching: boolean; refetch: () => unknown };

type Properties<T> = {
  title: string;
  of: Read<T>;
  /** What is said where there is nothing; null where there is something. */
  empty?: (data: T) => ReactNode;
  children: (data: T) => ReactNode;
  /** Beside the title. */
  count?: (data: T) => ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  /** Of panels that are read more seldom than others, in milliseconds. */
  staleAfterMs?: number;
  className?: string;
};

/**
 * A part of a screen that shows what was read: how old it is, that it is on its way, that there is nothing, that it could not be
 * read, or that it is old. What could not be read anew stays, and is marked.
 */
export function Panel<T>({ title, of, empty, children, count, actions, staleAfterMs = staleAfter, className = '' }: Properties<T>) {
  const heading = useId();
  const now = useNow();
  const line = useLine();
  const { data } = of;
  const known = of.dataUpdatedAt > 0;
  const old = data !== undefined && known && (of.isError || line === 'lost' || now - of.dataUpdatedAt > staleAfterMs);
  const state = data === undefined ? (of.isError ? 'error' : 'loading') : old ? 'stale' : 'fresh';
  const nothing = data === undefined ? null : empty?.(data);
  return (
    <section className={`panel ${className}`} data-state={nothing && state === 'fresh' ? 'empty' : state} aria-labelledby={heading} aria-busy={state === 'loading'}>
      <header>
        <h2 id={heading}>{title}</h2>
        {data !== undefined && count && <span className="count">{count(data)}</span>}
        <span className="actions">{actions}</span>
        {data !== undefined && known && (
          <time className="age" dateTime={new Date(of.dataUpdatedAt).toISOString()} title={`Read at ${utc(of.dataUpdatedAt)} UTC`}>
            {old ? `${of.error ? reasonOf(of.error) : 'stale'}, ${age(now - of.dataUpdatedAt)} old` : age(now - of.dataUpdatedAt)}
          </time>
        )}
      </header>
      {state === 'loading' && <Loading />}
      {state === 'error' && <Failed error={of.error} again={() => void of.refetch()} trying={of.isFetching} />}
      {data !== undefined && (nothing ? <p className="nothing">{nothing}</p> : children(data))}
    </section>
  );
}

function reasonOf(error: Error): string {
  return error instanceof Problem && error.service ? `${error.service} unavailable` : 'no answer';
}

function Loading() {
  return (
    <div className="loading" role="status">
      <span className="only-read">Loading</span>
      {[0, 1, 2].map(row => <i key={row} />)}
    </div>
  );
}

export function Failed({ error, again, trying = false }: { error: Error | null; again?: () => void; trying?: boolean }) {
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="failed" role="alert">
      <p>{error?.message ?? 'Something went wrong.'}</p>
      {problem && problem.status > 0 && (
        <p className="dim">
          {problem.code}
          {problem.traceId && ` · trace ${problem.traceId}`}
        </p>
      )}
      {again && <button type="button" onClick={again} disabled={trying}>Try again</button>}
    </div>
  );
}
