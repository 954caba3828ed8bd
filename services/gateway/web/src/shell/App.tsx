import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Problem } from '../api/problem';
import { me } from '../api/queries';
import { onSessionChange } from '../api/session';
import { Failed } from '../parts/Panel';
import { SignIn } from '../signing-in/SignIn';
import { ErrorBoundary } from './ErrorBoundary';
import { usePath } from './route';
import { Shell } from './Shell';

const Join = lazy(() => import('../signing-in/Join'));

export function App() {
  return (
    <ErrorBoundary>
      {usePath() === '/join' ? <Suspense fallback={<Waiting />}><Join /></Suspense> : <WhoIsSignedIn />}
    </ErrorBoundary>
  );
}

function WhoIsSignedIn() {
  const queries = useQueryClient();
  const who = useQuery(me);
  useEffect(
    () =>
      onSessionChange(() => {
        // Nothing of one user's is shown to the next.
        queries.removeQueries({ predicate: query => query.queryKey[0] !== 'me' });
        void queries.resetQueries({ queryKey: me.queryKey });
      }),
    [queries],
  );
  if (who.error instanceof Problem && who.error.status === 401) return <SignIn />;
  if (who.data) return <Shell user={who.data} />;
  if (who.isError) return <main className="alone"><Failed error={who.error} again={() => void who.refetch()} trying={who.isFetching} /></main>;

  return <Waiting />;
}

function Waiting() {
  return <main className="alone" aria-busy="true"><p role="status" className="dim">Loading the console …</p></main>;
}
