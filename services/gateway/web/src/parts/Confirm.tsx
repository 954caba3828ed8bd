import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Dialog } from './Dialog';
import { Failed } from './Panel';

type Properties = {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** On the button. */
  action: string;
  /** What must be typed before, if anything. */
  word?: string;
  /** Whether a reason must, or may be given: what must be filled in comes first. */
  reason?: 'required' | 'optional';
  /** Whether what is asked among the children is answered. */
  ready?: boolean;
  tone?: 'danger' | 'go';
  /** Asks the server, and returns once it has answered. */
  run: (reason: string) => Promise<unknown>;
  onClose: () => void;
};

/** Asks before something is done, does it, and closes once the server says that it is done. What it refuses is shown here. */
export function Confirm({ title, children, action, word, reason: wanted, ready = true, tone = 'danger', run, onClose }: Properties) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const asked = useMutation({ mutationFn: () => run(reason.trim()), onSuccess: onClose });
  const complete = ready && (!word || typed.trim().toUpperCase() === word) && (wanted !== 'required' || reason.trim() !== '');
  const why = (
    <label>
      {wanted === 'required' ? 'Reason' : 'Reason, if there is time'}
      <input value={reason} onChange={event => setReason(event.target.value)} maxLength={500} required={wanted === 'required'} autoComplete="off" />
    </label>
  );
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (complete && !asked.isPending) asked.mutate();
        }}
      >
        {children}
        {wanted === 'required' && why}
        {word && (
          <label>
            Type {word} to confirm
            <input value={typed} onChange={event => setTyped(event.target.value)} autoComplete="off" autoCapitalize="characters" spellCheck={false} />
          </label>
        )}
        {wanted === 'optional' && why}
        {asked.isError && <Failed error={asked.error} />}
        <div className="buttons">
          <button type="button" onClick={onClose}>Back</button>
          <button type="submit" className={tone} disabled={!complete || asked.isPending}>
            {asked.isPending ? 'Waiting for the answer …' : action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
