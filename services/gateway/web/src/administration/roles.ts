import type { Role } from '../api/contracts';

export const roles: Role[] = ['viewer', 'trader', 'admin'];

/** Each may what the one before it may. */
export const roleWords: Record<Role, string> = { viewer: 'viewer, who may only read', trader: 'trader, who may trade', admin: 'admin, who may do all' };
