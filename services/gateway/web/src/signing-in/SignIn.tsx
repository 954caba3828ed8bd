import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem';
import { issuer } from '../api/queries';
import { signIn } from '../api/session';
import { Failed } from '../parts/Panel';
import { leave, whyRefused } from './elsewhere';

const wantsCode = ['second_factor_required', 'second_factor_failed'];

export function SignIn() {
  const who = useQuery(issuer);
  return (
    <main className="alone">
      <section className="card" aria-labelledby="sign-in">
        <p className="brand"><img src="/console/favicon.svg" alt="" width="22" height="22" />AlgoStack</p>
        <h1 id="sign-in">Sign in</h1>
        {!navigator.locks ? (
          <p className="bad">Browsers keep sign-in to https and to this machine itself: open the console there.</p>
        ) : who.data ? (
          who.data.host === null ? <ByPassword /> : <Elsewhere host={who.data.host} />
        ) : who.isError ? (
          <Failed error={who.error} again={() => void who.refetch()} trying={who.isFetching} />
        ) : (
          <p role="status" className="dim">Loading …</p>
        )}
      </section>
    </main>
  );
}

function Elsewhere({ host }: { host: string }) {
  const why = whyRefused();
  return (
    <>
      {why && <p className="bad" role="alert">{why}</p>}
      <button type="button" className="main" autoFocus onClick={leave}>Sign in at {host}</button>
    </>
  );
}

function ByPassword() {
  const [code, setCode] = useState('');
  const asked = useMutation({
    mutationFn: (form: FormData) => signIn(String(form.get('name')), String(form.get('password')), code.trim() || undefined),
  });
  const refused = asked.error instanceof Problem ? asked.error.code : null;
  const [hasFactor, setHasFactor] = useState(false);
  if (refused && wantsCode.includes(refused) && !hasFactor) setHasFactor(true);
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        asked.mutate(new FormData(event.currentTarget));
      }}
    >
      <label>Name<input name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={64} autoFocus /></label>
      <label>Password<input name="password" type="password" autoComplete="current-password" required maxLength={256} /></label>
      {hasFactor && (
        <label>
          Code of your authenticator app, or a recovery code
          <input value={code} onChange={event => setCode(event.target.value)} autoComplete="one-time-code" autoCapitalize="none" required autoFocus maxLength={32} />
        </label>
      )}
      {asked.isError && refused !== 'second_factor_required' && <p className="bad" role="alert">{asked.error.message}</p>}
      <button type="submit" className="main" disabled={asked.isPending}>{asked.isPending ? 'Signing in …' : 'Sign in'}</button>
    </form>
  );
}
