import { type ReactNode, useEffect, useId, useRef } from 'react';

type Properties = {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** At the side, for reading; else in the middle, for deciding. */
  drawer?: boolean;
};

/** The browser's own dialog: it keeps the focus, closes by Escape, and gives the focus back. */
export function Dialog({ title, onClose, children, drawer = false }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    // To what is to be filled in, else to the way back: a question must not be answered by an Enter that was meant for something else.
    if (!drawer) element?.querySelector<HTMLElement>('input:not([type=checkbox], [type=radio]), button:not(.quiet)')?.focus();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [drawer]);
  return (
    <dialog
      ref={dialog}
      className={drawer ? 'drawer' : 'ask'}
      aria-labelledby={heading}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      onClick={event => {
        if (event.target === dialog.current && drawer) onClose();
      }}
    >
      <div className="sheet">
        <div className="head">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="quiet" aria-label="Close" onClick={onClose}>✕</button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
