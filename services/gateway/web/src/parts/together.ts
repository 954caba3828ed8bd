import type { Read } from './Panel';

/** Several readings as one: there once all are, as old as the oldest, wrong where any is. */
export function together(reads: Read<unknown>[]): Read<true> {
  const failed = reads.find(read => read.isError);
  return {
    data: reads.every(read => read.data !== undefined) ? true : undefined,
    error: failed?.error ?? null,
    isError: failed !== undefined,
    dataUpdatedAt: Math.min(...reads.map(read => read.dataUpdatedAt)),
    isFetching: reads.some(read => read.isFetching),
    refetch: () => reads.filter(read => read.isError).forEach(read => void read.refetch()),
  };
}
