// Another issuer asks who somebody is: the browser leaves the console, and comes back to it with a session.

import { begun } from '../api/session';

const leftKey = 'algostack-left';
const home = '/console/';

const reasons: Record<string, string> = {
  sign_in_unknown: 'It took too long, or was begun elsewhere: try again.',
  issuer_refused: 'You were not let in there.',
  issuer_unavailable: 'It cannot be reached at the moment: try again later.',
  issuer_role_missing: 'You may sign in there, and have no role here: ask whoever manages them.',
  user_disabled: 'You are locked out here: ask an administrator.',
};

let refused: string | null = null;

/** Leaves for the issuer, by way of the gateway. */
export function leave(): void {
  sessionStorage.setItem(leftKey, `${location.pathname}${location.search}`);
  location.assign('/auth/oidc/begin');
}

/** Takes what the gateway has put behind the # when it sent the browser back, which leaves the address at once, and goes on where one was. */
export function comeBack(): void {
  const [what, code = ''] = location.hash.slice(1).split('=');
  if (what !== 'signed-in' && what !== 'refused') return;

  const left = sessionStorage.getItem(leftKey) ?? home;
  sessionStorage.removeItem(leftKey);
  history.replaceState(null, '', left.startsWith(home) ? left : home);
  if (what === 'refused') refused = code;
  else begun();
}

/** Why nobody was let in; null where nobody was refused. */
export const whyRefused = (): string | null => refused && (reasons[refused] ?? 'What came from there could not be trusted: ask whoever runs AlgoStack.');
