import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SignedInSession } from '../api/contracts';
import { me, signedIn } from '../api/queries';
import { change } from '../api/request';
import { utc } from '../figures/format';
import { Confirm } from '../parts/Confirm';
import { Form } from '../parts/Form';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { Minute, Pill } from '../parts/words';
import { ApiKeys } from './ApiKeys';

/** One's own password, second factor, sessions and keys, and what is kept of one. */
export default function Security() {
  return (
    <div className="screen">
      <div className="span-5 wide-too stack">
        <Secrets />
        <OwnData />
      </div>
      <div className="span-7 wide-too stack">
        <Sessions />
        <ApiKeys />
      </div>
    </div>
  );
}

const presentPassword = <label>Your password<input name="password" type="password" autoComplete="current-password" required /></label>;

/** Whoever says who one is has them. */
function Secrets() {
  if (useQuery(me).data?.hasPassword !== false)
    return (
      <>
        <SecondFactor />
        <Password />
      </>
    );

  return (
    <section className="panel" aria-labelledby="elsewhere">
      <header><h2 id="elsewhere">Password and second factor</h2></header>
      <div className="stacked"><p>You sign in elsewhere, and have them there.</p></div>
    </section>
  );
}

function SecondFactor() {
  const who = useQuery(me);
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: me.queryKey });
  const begin = useMutation({ mutationFn: (form: FormData) => change<{ secret: string; address: string }>('POST', '/auth/two-factor', { password: form.get('password') }) });
  const confirm = useMutation({
    mutationFn: (form: FormData) => change<{ recoveryCodes: string[] }>('POST', '/auth/two-factor/confirm', { code: String(form.get('code')).replaceAll(' ', '') }),
    onSuccess: again,
  });
  const remove = useMutation({
    mutationFn: (form: FormData) => change('POST', '/auth/two-factor/remove', { password: form.get('password') }),
    onSuccess: () => {
      begin.reset();
      confirm.reset();
      return again();
    },
  });
  return (
    <Panel title="Second factor" of={who} staleAfterMs={Infinity} count={({ hasSecondFactor }) => (hasSecondFactor ? 'on' : 'off')}>
      {({ hasSecondFactor }) => {
        if (confirm.data)
          return (
            <div className="stacked">
              <p>It is on, and every other session of yours has ended. Each of these codes stands for one of the app, once. They are shown this once: keep them on paper.</p>
              <ol className="codes mono">{confirm.data.recoveryCodes.map(code => <li key={code}>{code}</li>)}</ol>
            </div>
          );

        if (hasSecondFactor)
          return <Form action="Turn it off" asked={remove} onSend={remove.mutate}>{presentPassword}</Form>;

        return begin.data ? (
          <Form action="Turn it on" asked={confirm} onSend={confirm.mutate}>
            <p>Type this secret into your authenticator app, or <a href={begin.data.address}>open it there</a>:</p>
            <p className="mono secret">{begin.data.secret.match(/.{1,4}/g)?.join(' ')}</p>
            <label>The code that it shows now<input name="code" inputMode="numeric" autoComplete="one-time-code" required maxLength={7} /></label>
          </Form>
        ) : (
          <Form action="Make a secret" asked={begin} onSend={begin.mutate}>
            <p>With a code of an authenticator app, your password alone lets nobody in.</p>
            {presentPassword}
          </Form>
        );
      }}
    </Panel>
  );
}

function Password() {
  const who = useQuery(me);
  const [differ, setDiffer] = useState(false);
  const asked = useMutation({ mutationFn: (form: FormData) => change('POST', '/auth/password', { current: form.get('password'), new: form.get('new') }) });
  return (
    <Panel title="Password" of={who} staleAfterMs={Infinity}>
      {() => (
        <Form
          action="Change it"
          asked={asked}
          onSend={form => {
            const same = form.get('new') === form.get('again');
            setDiffer(!same);
            if (same) asked.mutate(form);
          }}
        >
          {presentPassword}
          <label>The new one, 12 characters or more<input name="new" type="password" autoComplete="new-password" required minLength={12} maxLength={256} /></label>
          <label>The same again<input name="again" type="password" autoComplete="new-password" required /></label>
          {differ && <p className="bad" role="alert">The two passwords differ.</p>}
          {asked.isSuccess && <p role="status">It is changed, and every other session of yours has ended.</p>}
        </Form>
      )}
    </Panel>
  );
}

function OwnData() {
  return (
    <section className="panel" aria-labelledby="own-data">
      <header><h2 id="own-data">Your data</h2></header>
      <div className="stacked">
        <p>All that is kept of you: your account, sessions, keys, addresses, and what you did. That it was taken is taken down.</p>
        <a href="/auth/me/export" download>Save it as a file</a>
      </div>
    </section>
  );
}

function Sessions() {
  const read = useQuery(signedIn);
  const queries = useQueryClient();
  const [ending, setEnding] = useState<SignedInSession | null>(null);
  const columns: Column<SignedInSession>[] = [
    { name: 'Since, UTC', cell: row => <Minute at={row.createdAt} /> },
    { name: 'Last used', cell: row => <Minute at={row.lastUsedAt} /> },
    { name: 'From', cell: row => row.address ?? '–' },
    { name: 'With', wide: true, cell: row => <span className="reason" title={row.userAgent ?? ''}>{row.userAgent ?? '–'}</span> },
    { name: 'End', cell: row => (row.current ? <Pill tone="info">this one</Pill> : <button type="button" className="small" onClick={() => setEnding(row)}>End</button>) },
  ];
  const end = async (id: string) => {
    await change('DELETE', `/auth/sessions/${id}`);
    await queries.invalidateQueries({ queryKey: signedIn.queryKey });
  };
  return (
    <Panel title="Where you are signed in" of={read} count={all => `${all.length}`}>
      {all => (
        <>
          <Table label="Where you are signed in" columns={columns} rows={all} keyOf={row => row.sessionId} />
          {ending && (
            <Confirm title="End this session" action="End it" run={() => end(ending.sessionId)} onClose={() => setEnding(null)}>
              <p>That of {ending.address ?? 'somewhere'}, since {utc(ending.createdAt).slice(0, 16)} UTC.</p>
            </Confirm>
          )}
        </>
      )}
    </Panel>
  );
}
