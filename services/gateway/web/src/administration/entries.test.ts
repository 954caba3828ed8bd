import { expect, test } from 'vitest';
import type { AuditEntry } from '../api/contracts';
import { actionWords, byWords, leavesOf, summaryOf, toneOf } from './entries';

const entry = (action: string, details: Record<string, unknown>): AuditEntry => ({
  sequence: 1, at: '2026-11-23T10:00:00Z', action, user: null, traceId: null, details,
  by: { id: '7', name: 'ada', sessionId: null, apiKeyId: null, address: null, userAgent: null },
});

test('a change of role says before and after', () => {
  expect(summaryOf(entry('role_changed', { before: 'trader', after: 'viewer' }))).toBe('trader → viewer');
});

test('a change says what it came to, or that nobody waited for it', () => {
  const asked = { method: 'POST', path: '/api/v1/halt', status: 202 };
  expect(summaryOf(entry('change_made', asked))).toBe('POST /api/v1/halt → 202');
  expect(summaryOf(entry('change_made', { ...asked, status: null }))).toBe('POST /api/v1/halt → the caller had gone');
  expect(toneOf(entry('change_made', asked))).toBe('');
  expect(toneOf(entry('change_made', { ...asked, status: 403 }))).toBe('bad');
});

test('an action that is newer than the console says its name', () => {
  expect(actionWords('badge_lost')).toBe('badge lost');
});

test('who has no name any more, and who is no user, is said to be so', () => {
  const by = entry('signed_out', {}).by;
  expect(byWords({ ...entry('signed_out', {}), by: { ...by, name: null } })).toBe('a deleted user');
  expect(byWords({ ...entry('signed_out', {}), by: { ...by, id: 'service', name: null } })).toBe('a service');
  expect(byWords({ ...entry('signed_out', {}), by: { ...by, apiKeyId: 'k' } })).toBe('ada, a program');
});

test('what is nested is told by its whole name, and nothing is left out but nothing', () => {
  expect(leavesOf({ Reason: 'quiet', Limits: { DailyLoss: '250.50', Restricted: ['A', 'B'], PositionValue: null }, Parts: [{ Id: '1' }] })).toEqual([
    ['Reason', 'quiet'], ['Limits.DailyLoss', '250.50'], ['Limits.Restricted', 'A, B'], ['Parts.0.Id', '1'],
  ]);
});
