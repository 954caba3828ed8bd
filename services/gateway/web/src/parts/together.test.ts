import { expect, test } from 'vitest';
import { together } from './together';

const read = (data: unknown, dataUpdatedAt: number, error: Error | null = null) => ({ data, dataUpdatedAt, error, isError: error !== null, isFetching: false, refetch: () => undefined });

test('readings are there once all are, and as old as the oldest', () => {
  expect(together([read([], 5), read(undefined, 0)]).data).toBeUndefined();
  expect(together([read([], 5), read([], 3)])).toMatchObject({ data: true, dataUpdatedAt: 3, isError: false });
});

test('where one could not be read nothing is said to be whole', () => {
  const broken = new Error('broken');
  expect(together([read([], 5), read(undefined, 0, broken)])).toMatchObject({ data: undefined, isError: true, error: broken });
});
