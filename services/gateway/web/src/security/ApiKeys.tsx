import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiKey, ApiKeySecret } from '../api/contracts';
import { apiKeys, me } from '../api/queries';
import { change } from '../api/request';
import { utc } from '../figures/format';
import { Confirm } from '../parts/Confirm';
import { Failed, Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';

const scopeWords: Record<string, string> = { read: 'Read: look at everything', trade: 'Trade: change what is traded', admin: 'Admin: limits, users and the rest' };

/** Keys for programs: made, shown once, replaced while the former one is still good, and taken back. */
export function ApiKeys() {
  const read = useQuery(apiKeys);
  const queries = useQueryClient();
  const [shown, setShown] = useState<(ApiKeySecret & { name: string }) | null>(null);
  const [asked, setAsked] = useState<{ what: 'revoke' | 'rotate'; key: ApiKey } | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: apiKeys.queryKey });
  const columns: Column<ApiKey>[] = [
    { name: 'Name', cell: key => key.name },
    { name: 'May', cell: key => key.scopes.join(', ') },
    { name: 'Begins with', wide: true, cell: key => <span className="mono">{key.secrets.map(secret => secret.hint).join(', ')}</span> },
    { name: 'Good until, UTC', wide: true, cell: key => key.secrets.map(secret => utc(secret.expiresAt).slice(0, 16)).join(', ') },
    { name: 'Last used, UTC', wide: true, cell: key => lastUse(key) },
    {
      name: 'Change',
      cell: key => (
        <span className="buttons-inline">
          <button type="button" className="small" aria-label={`Rotate ${key.name}`} onClick={() => setAsked({ what: 'rotate', key })}>Rotate</button>
          <button type="button" className="small" aria-label={`Revoke ${key.name}`} onClick={() => setAsked({ what: 'revoke', key })}>Revoke</button>
        </span>
      ),
    },
  ];
  return (
    <Panel title="API keys" of={read} count={all => `${all.length} of 20`}>
      {all => (
        <>
          {shown && (
            <div className="stacked shown" role="status">
              <p>The secret of {shown.name}, good until {utc(shown.expiresAt).slice(0, 16)} UTC. It is shown this once:</p>
              <p className="mono secret">{shown.secret}</p>
              <button type="button" onClick={() => setShown(null)}>I have it</button>
            </div>
          )}
          {all.length === 0 ? <p className="nothing">None yet. A program asks with a key for what its scopes allow.</p> : <Table label="API keys" columns={columns} rows={all} keyOf={key => key.keyId} />}
          <NewKey
            onMade={async made => {
              setShown(made);
              await again();
            }}
          />
          {asked && (
            <Confirm
              title={`${asked.what === 'rotate' ? 'Rotate' : 'Revoke'} ${asked.key.name}`}
              action={asked.what === 'rotate' ? 'Make the next secret' : 'Revoke it'}
              tone={asked.what === 'rotate' ? 'go' : 'danger'}
              run={async () => {
                if (asked.what === 'rotate') setShown({ ...(await change<ApiKeySecret>('POST', `/auth/api-keys/${asked.key.keyId}/rotate`)), name: asked.key.name });
                else await change('DELETE', `/auth/api-keys/${asked.key.keyId}`);
                await again();
              }}
              onClose={() => setAsked(null)}
            >
              <p>{asked.what === 'rotate' ? 'The next secret is good at once; the former one for 24 hours more, so that it can be replaced everywhere.' : 'Programs that use it are refused within a second or so, for good.'}</p>
            </Confirm>
          )}
        </>
      )}
    </Panel>
  );
}

const lastUse = ({ secrets }: ApiKey): string => {
  const newest = secrets.flatMap(secret => secret.lastUsedAt ?? []).sort().at(-1);
  return newest ? utc(newest).slice(0, 16) : 'never';
};

function NewKey({ onMade }: { onMade: (made: ApiKeySecret & { name: string }) => Promise<void> }) {
  const allowed = useQuery(me).data?.scopes ?? [];
  const made = useMutation({
    mutationFn: async (form: FormData) => {
      const name = String(form.get('name')).trim();
      const secret = await change<ApiKeySecret>('POST', '/auth/api-keys', { name, scopes: form.getAll('scope'), days: Number(form.get('days')) });
      return { ...secret, name };
    },
    onSuccess: onMade,
  });
  return (
    <form
      className="stacked"
      onSubmit={event => {
        event.preventDefault();
        made.mutate(new FormData(event.currentTarget), { onSuccess: () => (event.target as HTMLFormElement).reset() });
      }}
    >
      <label>Name of the program<input name="name" required maxLength={100} autoComplete="off" /></label>
      <fieldset className="plain">
        <legend>What it may do</legend>
        {allowed.map(scope => <label key={scope} className="check"><input type="checkbox" name="scope" value={scope} defaultChecked={scope === 'read'} />{scopeWords[scope] ?? scope}</label>)}
      </fieldset>
      <label>Good for, days<input name="days" type="number" min={1} max={180} defaultValue={90} required /></label>
      {made.isError && <Failed error={made.error} />}
      <button type="submit" disabled={made.isPending}>{made.isPending ? 'Waiting for the answer …' : 'Make a key'}</button>
    </form>
  );
}
