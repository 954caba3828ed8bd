import { expect, test } from 'vitest';
import { isOfSession, sessionOf } from './names';

test('a paper account names its session, and one at a venue none', () => {
  expect(sessionOf('paper-replay-7')).toBe('replay-7');
  expect(sessionOf('main')).toBeNull();
});

test('beside a session only accounts at venues are shown', () => {
  expect(['paper-replay-7', 'paper-replay-8', 'main'].filter(account => isOfSession(account, 'replay-7'))).toEqual(['paper-replay-7', 'main']);
  expect(isOfSession('paper-replay-8', undefined)).toBe(true);
});
