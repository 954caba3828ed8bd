import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { instruments } from '../api/queries';
import { Dialog } from '../parts/Dialog';
import { go } from './route';

/** Somewhere to go, or something to do. */
export type Place = { name: string; path?: string; run?: () => void };

const most = 12;

/** Ctrl+K: to any screen or instrument by its name, without the hand leaving the keyboard. */
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
  const known = useQuery(instruments).data ?? [];
  const wanted = text.trim().toLowerCase();
  const all: Place[] = [...places, ...(wanted === '' ? [] : known.map(({ id }) => ({ name: `Chart of ${id}`, path: `/chart?instrument=${encodeURIComponent(id)}` })))];
  const found = all.filter(place => place.name.toLowerCase().includes(wanted)).slice(0, most);
  const choose = (place: Place | undefined) => {
    if (!place) return;

    onClose();
    if (place.path !== undefined) go(place.path);
    place.run?.();
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
        <label>Screen, instrument or action<input value={text} onChange={event => setText(event.target.value)} autoComplete="off" /></label>
        <ul className="places">
          {found.map(place => <li key={place.name}><button type="button" className="quiet" onClick={() => choose(place)}>{place.name}</button></li>)}
          {found.length === 0 && <li className="dim">There is nothing of this name.</li>}
        </ul>
      </form>
    </Dialog>
  );
}
