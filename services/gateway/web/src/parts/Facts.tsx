import type { ReactNode } from 'react';

export type Fact = [name: string, value: ReactNode, tone?: string];

/** Names and figures; what is not there is left out. */
export function Facts({ of, className = '' }: { of: (Fact | false | null | undefined)[]; className?: string }) {
  return (
    <dl className={`facts ${className}`}>
      {of.filter(fact => fact !== false && fact != null).map(([name, value, tone]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
