import type { Order } from '../api/contracts';

const paperPrefix = 'paper-';

/** The session whose paper account it is; null of an account at a venue. */
export const sessionOf = (account: string): string | null => (account.startsWith(paperPrefix) ? account.slice(paperPrefix.length) : null);

/** Of a session that is looked at, and of accounts at venues: what other replays of the same file did would stand on the same bars. */
export const isOfSession = (account: string, session: string | undefined): boolean => session === undefined || [null, session].includes(sessionOf(account));

/** Where an order is shown with all that happened to it. */
export const pathOfOrder = ({ account, orderId }: Pick<Order, 'account' | 'orderId'>): string => `/orders?account=${encodeURIComponent(account)}&order=${encodeURIComponent(orderId)}`;
