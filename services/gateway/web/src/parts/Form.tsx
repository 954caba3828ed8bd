import type { ReactNode } from 'react';

type Properties = {
  /** On the button. */
  action: string;
  /** How what was sent stands. */
  asked: { isPending: boolean; isError: boolean; error: Error | null };
  onSend: (form: FormData) => void;
  children: ReactNode;
};

/** A form that says what was refused, and keeps no password that was sent. */
export function Form({ action, asked, onSend, children }: Properties) {
  return (
    <form
      className="stacked"
      onSubmit={event => {
        event.preventDefault();
        const form = event.currentTarget;
        onSend(new FormData(form));
        for (const field of form.querySelectorAll<HTMLInputElement>('input[type=password]')) field.value = '';
      }}
    >
      {children}
      {asked.isError && <p className="bad" role="alert">{asked.error?.message}</p>}
      <button type="submit" disabled={asked.isPending}>{asked.isPending ? 'Waiting for the answer …' : action}</button>
    </form>
  );
}
