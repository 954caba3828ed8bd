import { type ReactNode, useEffect, useRef, useState } from 'react';

/** A price that lights up for a moment when it moves. */
export function Ticking({ value, title, children }: { value: number | undefined; title?: string; children: ReactNode }) {
  const before = useRef(value);
  const [moved, setMoved] = useState<'' | 'rose' | 'fell'>('');
  useEffect(() => {
    if (value === undefined || before.current === undefined || value === before.current) {
      before.current = value;
      return;
    }

    setMoved(value > before.current ? 'rose' : 'fell');
    before.current = value;
    const over = setTimeout(() => setMoved(''), 600);
    return () => clearTimeout(over);
  }, [value]);
  return <span className={`ticking n ${moved}`} title={title}>{children}</span>;
}
