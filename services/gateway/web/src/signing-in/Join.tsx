import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/request';
import { Link } from '../shell/Link';

// The secret of the link leaves the address at once: neither a history nor a look over the shoulder keeps it.
const invitation = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

/** What a one-time link opens. */
export default function Join() {
  const [differ, setDiffer] = useState(false);
  const [name, setName] = useState('');
  const joined = useMutation({ mutationFn: (password: string) => change('POST', '/auth/users', { invitation, name, password }) });
  return (
    <main className="alone">
      <section className="card" aria-labelledby="join">
        <p className="brand"><img src="/console/favicon.svg" alt="" width="22" height="22" />AlgoStack</p>
        <h1 id="join">Join</h1>
        {invitation === '' && !joined.isSuccess && <p className="bad" role="alert">This address has no invitation: open the link that you were given, whole.</p>}
        {joined.isSuccess ? (
          <>
            <p role="status">{name} may sign in now.</p>
            <Link to="/" className="main">Sign in</Link>
          </>
        ) : (
          <form
            onSubmit={event => {
              event.preventDefault();
              const form = new FormData(event.currentTarget);
              const password = String(form.get('password'));
              const same = password === form.get('again');
              setDiffer(!same);
              if (same) joined.mutate(password);
            }}
          >
            <label>Name<input value={name} onChange={event => setName(event.target.value)} autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={64} /></label>
            <label>Password, 12 characters or more<input name="password" type="password" autoComplete="new-password" required minLength={12} maxLength={256} /></label>
            <label>The same again<input name="again" type="password" autoComplete="new-password" required /></label>
            {differ && <p className="bad" role="alert">The two passwords differ.</p>}
            {joined.isError && !differ && <p className="bad" role="alert">{joined.error.message}</p>}
            <button type="submit" className="main" disabled={joined.isPending || invitation === ''}>{joined.isPending ? 'Joining …' : 'Join'}</button>
          </form>
        )}
      </section>
    </main>
  );
}
