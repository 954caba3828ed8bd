import type { Bars, LiveBars } from '../api/contracts';

const columns = ['closeMs', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Bars with those that have come since, the newest at the end. What is older than the last bar is the history's to tell. */
export function grown(bars: Bars, rows: LiveBars['rows']): Bars {
  const next = Object.fromEntries(columns.map(name => [name, [...bars[name]]])) as Bars;
  for (const row of rows) {
    const last = next.closeMs.at(-1) ?? -Infinity;
    if (row[0] < last) continue;

    const at = row[0] === last ? next.closeMs.length - 1 : next.closeMs.length;
    columns.forEach((name, i) => (next[name][at] = row[i] ?? 0));
  }

  return next;
}
