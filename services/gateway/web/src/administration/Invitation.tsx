import { useMutation, useQuery } from '@tanstack/react-query';
import { me } from '../api/queries';
import { change } from '../api/request';
import { utc } from '../figures/format';
import { Form } from '../parts/Form';
import { Panel } from '../parts/Panel';
import { roles, roleWords } from './roles';

/** A one-time link by which somebody becomes a user. */
export function Invitation() {
  const who = useQuery(me);
  const asked = useMutation({ mutationFn: (form: FormData) => change<{ link: string; expiresAt: string }>('POST', '/auth/invitations', { role: form.get('role') }) });
  return (
    <Panel title="Invite somebody" of={who} staleAfterMs={Infinity}>
      {() => (
        <Form action="Make a link" asked={asked} onSend={asked.mutate}>
          <label>
            As
            <select name="role" defaultValue="viewer">{roles.map(each => <option key={each} value={each}>{roleWords[each]}</option>)}</select>
          </label>
          {asked.data && (
            <div role="status">
              <p>Good once, until {utc(asked.data.expiresAt).slice(0, 16)} UTC. It is shown this once:</p>
              <p className="mono secret">{location.origin}{asked.data.link}</p>
            </div>
          )}
        </Form>
      )}
    </Panel>
  );
}
