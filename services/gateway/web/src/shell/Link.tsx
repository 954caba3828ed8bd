import type { ReactNode } from 'react';
import { address, go } from './route';

/** A link inside the console. With a modifier it is the browser's, as any. */
export function Link({ to, className, title, current = false, children }: { to: string; className?: string; title?: string; current?: boolean; children: ReactNode }) {
  return (
    <a
      href={address(to)}
      className={className}
      title={title}
      aria-current={current ? 'page' : undefined}
      onClick={event => {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;

        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
