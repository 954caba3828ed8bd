import { useEffect, useState } from 'react';
import { Dialog } from '../parts/Dialog';
import { go } from './route';

export type Place = { path: string; name: string };

/** Ctrl+K: to any screen by its name, without the hand leaving the keyboard. */
export function Palette({ places }: { places: Place[] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;

      event.preventDefault();
      // Not over a question that waits for its answer.
      setOpen(now => !now && document.querySelector('dialog[open]') === null);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return open && <Choices places={places} onClose={() => setOpen(false)} />;
}

function Choices({ places, onClose }: { places: Place[]; onClose: () => void }) {
  const [text, setText] = useState('');
  const found = places.filter(place => place.name.toLowerCase().includes(text.trim().toLowerCase()));
  const choose = (place: Place | undefined) => {
    if (!place) return;

    onClose();
    go(place.path);
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault();
          choose(found[0]);
        }}
        onKeyDown={event => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;

          event.preventDefault();
          const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, button')];
          const next = stops.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1);
          stops[Math.max(0, Math.min(stops.length - 1, next))]?.focus();
        }}
      >
        <label>Screen<input value={text} onChange={event => setText(event.target.value)} autoComplete="off" /></label>
        <ul className="places">
          {found.map(place => <li key={place.path}><button type="button" className="quiet" onClick={() => choose(place)}>{place.name}</button></li>)}
          {found.length === 0 && <li className="dim">There is no such screen.</li>}
        </ul>
      </form>
    </Dialog>
  );
}
