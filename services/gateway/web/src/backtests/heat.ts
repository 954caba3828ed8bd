// A sweep's outcomes on two of its parameters.

import type { SweepOutcome } from '../api/contracts';

export type Measure = 'sharpe' | 'totalReturn' | 'maxDrawdown' | 'trades';
export type Cell = { index: number; parameters: string; value: number | null };
export type Grid = { x: string; y: string; xs: string[]; ys: string[]; cells: (Cell | undefined)[][] };

export const parametersOf = (text: string): Map<string, string> => new Map(text.split(' ').filter(Boolean).map(part => part.split('=') as [string, string]));

/** The names of parameters that are not the same everywhere, in their order. */
export function varying(outcomes: SweepOutcome[]): string[] {
  const seen = new Map<string, Set<string>>();
  for (const { parameters } of outcomes) for (const [name, value] of parametersOf(parameters)) seen.set(name, (seen.get(name) ?? new Set()).add(value));
  return [...seen].filter(([, values]) => values.size > 1).map(([name]) => name);
}

export function valueOf({ figures }: SweepOutcome, measure: Measure): number | null {
  const value = figures?.[measure];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const isBetter = (a: number | null, b: number | null, measure: Measure): boolean => b === null || (a !== null && (measure === 'maxDrawdown' ? a < b : a > b));

/** Rows of `y`, columns of `x`; where further parameters vary, the best of them stands for all. */
export function gridOf(outcomes: SweepOutcome[], x: string, y: string, measure: Measure): Grid {
  const of = (outcome: SweepOutcome, name: string) => parametersOf(outcome.parameters).get(name) ?? '';
  const values = (name: string) => [...new Set(outcomes.map(outcome => of(outcome, name)))].sort((a, b) => Number(a) - Number(b));
  const [xs, ys] = [values(x), values(y)];
  const cells: Grid['cells'] = ys.map(() => xs.map(() => undefined));
  for (const outcome of outcomes) {
    const row = cells[ys.indexOf(of(outcome, y))];
    const column = xs.indexOf(of(outcome, x));
    const cell = { index: outcome.index, parameters: outcome.parameters, value: valueOf(outcome, measure) };
    const former = row?.[column];
    if (row && (former === undefined || isBetter(cell.value, former.value, measure))) row[column] = cell;
  }

  return { x, y, xs, ys, cells };
}

/** How many tries a grid of a range makes, as in `5..50:5`; null of what is no grid. */
export function triesOf(grid: string): number | null {
  let tries = 1;
  for (const part of grid.trim().split(/\s+/)) {
    const found = /^[\w-]+=(?:(-?[\d.]+)\.\.(-?[\d.]+)(?::([\d.]+))?|[\d.,-]+)$/.exec(part);
    if (!found) return null;

    const [, from, to, step] = found;
    tries *= from === undefined ? part.split(',').length : Math.floor((Number(to) - Number(from)) / Number(step ?? 1) + 1e-9) + 1;
  }

  return tries >= 1 && Number.isFinite(tries) ? tries : null;
}
