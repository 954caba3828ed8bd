// The audit trail in words.

import type { AuditEntry } from '../api/contracts';
import { utc } from '../figures/format';

/** Every action that is taken down, as people call it. */
export const actions: Record<string, string> = {
  signed_in: 'Signed in',
  sign_in_failed: 'Sign-in failed',
  sign_in_locked: 'Sign-in locked for an hour',
  signed_out: 'Signed out',
  session_revoked: 'Session ended',
  refresh_token_reused: 'Stolen token used',
  two_factor_turned_on: 'Second factor turned on',
  two_factor_turned_off: 'Second factor turned off',
  recovery_code_used: 'Recovery code used',
  password_changed: 'Password changed',
  user_invited: 'User invited',
  user_made: 'User made',
  role_changed: 'Role changed',
  user_disabled: 'User locked',
  user_enabled: 'User unlocked',
  user_deleted: 'User deleted',
  user_exported: 'User’s data exported',
  api_key_made: 'API key made',
  api_key_rotated: 'API key rotated',
  api_key_revoked: 'API key revoked',
  api_key_first_used: 'API key first used',
  change_begun: 'Change begun',
  change_made: 'Change made',
};

/** One that is newer than this console says its name. */
export const actionWords = (action: string): string => actions[action] ?? action.replaceAll('_', ' ');

const alarming = ['sign_in_failed', 'sign_in_locked', 'refresh_token_reused'];
const grave = ['two_factor_turned_off', 'recovery_code_used', 'role_changed', 'user_disabled', 'user_deleted', 'user_exported', 'session_revoked', 'api_key_revoked'];

/** What an entry is worth looking at for, and how a change ended. */
export function toneOf({ action, details }: AuditEntry): string {
  if (alarming.includes(action) || (action === 'change_made' && Number(details['status'] ?? 0) >= 400)) return 'bad';
  return grave.includes(action) ? 'warn' : '';
}

/** Who did it. */
export const byWords = ({ by: { id, name, apiKeyId } }: AuditEntry): string =>
  ({ service: 'a service', nobody: 'nobody' })[id] ?? `${name ?? 'a deleted user'}${apiKeyId === null ? '' : ', a program'}`;

/** What it says beside its name, in a line. */
export function summaryOf({ action, details }: AuditEntry): string {
  const text = (name: string): string => String(details[name] ?? '');
  switch (action) {
    case 'role_changed':
      return `${text('before')} → ${text('after')}`;
    case 'change_begun':
      return `${text('method')} ${text('path')}`;
    case 'change_made':
      return `${text('method')} ${text('path')} → ${details['status'] ?? 'the caller had gone'}`;
    case 'sign_in_failed':
      return text('reason').replaceAll('_', ' ');
    case 'signed_in':
      return details['secondFactor'] ? `with ${text('secondFactor').replaceAll('_', ' ')}` : '';
    case 'user_invited':
      return `as ${text('role')}, until ${utc(text('expiresAt')).slice(0, 16)}`;
    case 'user_made':
    case 'user_deleted':
      return `as ${text('role')}`;
    case 'api_key_made':
      return `${[details['scopes']].flat().join(', ')} for ${text('days')} days`;
    default:
      return '';
  }
}

/** Whatever JSON says, name by name, with the names of what it is within before its own. */
export function leavesOf(value: unknown, name = ''): [name: string, text: string][] {
  if (Array.isArray(value) && value.every(each => typeof each !== 'object')) return [[name, value.join(', ')]];
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([key, part]) => leavesOf(part, name === '' ? key : `${name}.${key}`));

  return value === null ? [] : [[name, String(value)]];
}
