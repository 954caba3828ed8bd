import type { Portfolio } from '../api/contracts';

/** The portfolio that is shown first: one at a venue that has moved, else the newest session's, else whatever there is. */
export function mainOf(all: Portfolio[], newestSession: string | undefined): Portfolio | undefined {
  const hasMoved = ({ balances }: Portfolio) => balances.some(({ equity, opening }) => equity !== opening);
  return (
    all.find(each => each.venue !== null && hasMoved(each)) ?? all.find(each => each.sessionId !== null && each.sessionId === newestSession) ?? all.find(each => each.venue !== null) ?? all[0]
  );
}
