// What is drawn over prices. A measure of what was, for the eye: strategies have their own, in the engines.

import type { Bars } from '../api/contracts';

type Series = (number | null)[];
export type Drawing = { name: string; values: Series; look: 'first' | 'second' | 'third' | 'soft' | 'columns' };
export type Indicator = { id: string; name: string; isBelow: boolean; of: (bars: Bars) => Drawing[] };

/** The mean of the last so many; null until there are so many. */
export function sma(values: number[], length: number): Series {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= length ? values[i - length] ?? 0 : 0);
    return i >= length - 1 ? sum / length : null;
  });
}

/** Begins with the mean of the first so many. */
export function ema(values: number[], length: number): Series {
  const weight = 2 / (length + 1);
  let last: number | null = null;
  let sum = 0;
  return values.map((value, i) => {
    sum += value;
    if (i < length - 1) return null;

    last = last === null ? sum / length : last + weight * (value - last);
    return last;
  });
}

/** Mean and two standard deviations of the population to either side. */
export function bollinger(values: number[], length: number): [upper: Series, middle: Series, lower: Series] {
  const middle = sma(values, length);
  const spread = middle.map((mean, i) =>
    mean === null ? null : 2 * Math.sqrt(values.slice(i - length + 1, i + 1).reduce((sum, value) => sum + (value - mean) ** 2, 0) / length));
  const at = (side: 1 | -1): Series => middle.map((mean, i) => (mean === null ? null : mean + side * (spread[i] ?? 0)));
  return [at(1), middle, at(-1)];
}

/** Wilder's, 0 to 100; what does not move stands at 50. */
export function rsi(values: number[], length: number): Series {
  let [gain, loss] = [0, 0];
  return values.map((value, i) => {
    const change = i === 0 ? 0 : value - (values[i - 1] ?? value);
    const [up, down] = [Math.max(change, 0), Math.max(-change, 0)];
    if (i <= length) [gain, loss] = [gain + up / length, loss + down / length];
    else [gain, loss] = [(gain * (length - 1) + up) / length, (loss * (length - 1) + down) / length];
    if (i < length) return null;

    return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
  });
}

/** Average true range, Wilder's. */
export function atr({ high, low, close }: Bars, length: number): Series {
  let mean = 0;
  return close.map((_, i) => {
    const [top, bottom, before] = [high[i] ?? 0, low[i] ?? 0, close[i - 1]];
    const range = before === undefined ? top - bottom : Math.max(top, before) - Math.min(bottom, before);
    mean = i < length ? mean + range / length : (mean * (length - 1) + range) / length;
    return i >= length - 1 ? mean : null;
  });
}

/** What was paid a unit since the UTC day began. */
export function vwap({ closeMs, high, low, close, volume }: Bars): Series {
  let [day, paid, units] = [-1, 0, 0];
  return close.map((last, i) => {
    const today = Math.floor(((closeMs[i] ?? 0) - 1) / 86_400_000);
    if (today !== day) [day, paid, units] = [today, 0, 0];
    paid += (((high[i] ?? 0) + (low[i] ?? 0) + last) / 3) * (volume[i] ?? 0);
    units += volume[i] ?? 0;
    return units === 0 ? null : paid / units;
  });
}

function macd(values: number[]): Drawing[] {
  const [fast, slow] = [ema(values, 12), ema(values, 26)];
  const line = fast.map((value, i) => (value === null || slow[i] == null ? null : value - slow[i]));
  const from = line.findIndex(value => value !== null);
  const signal = from < 0 ? line : [...line.slice(0, from), ...ema(line.slice(from) as number[], 9)];
  return [
    { name: 'MACD', values: line, look: 'first' },
    { name: 'Signal', values: signal, look: 'second' },
    { name: 'Difference', values: line.map((value, i) => (value === null || signal[i] == null ? null : value - signal[i])), look: 'columns' },
  ];
}

const mean = (length: number, look: Drawing['look']): Indicator => ({ id: `sma${length}`, name: `SMA ${length}`, isBelow: false, of: bars => [{ name: `SMA ${length}`, values: sma(bars.close, length), look }] });

export const indicators: Indicator[] = [
  mean(20, 'first'),
  mean(50, 'second'),
  mean(200, 'third'),
  { id: 'ema12', name: 'EMA 12', isBelow: false, of: bars => [{ name: 'EMA 12', values: ema(bars.close, 12), look: 'first' }] },
  { id: 'ema26', name: 'EMA 26', isBelow: false, of: bars => [{ name: 'EMA 26', values: ema(bars.close, 26), look: 'second' }] },
  {
    id: 'bollinger', name: 'Bollinger 20', isBelow: false,
    of: bars => {
      const [upper, middle, lower] = bollinger(bars.close, 20);
      return [{ name: 'Upper band', values: upper, look: 'soft' }, { name: 'Middle', values: middle, look: 'first' }, { name: 'Lower band', values: lower, look: 'soft' }];
    },
  },
  { id: 'vwap', name: 'VWAP, UTC day', isBelow: false, of: bars => [{ name: 'VWAP', values: vwap(bars), look: 'third' }] },
  { id: 'rsi', name: 'RSI 14', isBelow: true, of: bars => [{ name: 'RSI 14', values: rsi(bars.close, 14), look: 'first' }] },
  { id: 'macd', name: 'MACD 12 26 9', isBelow: true, of: bars => macd(bars.close) },
  { id: 'atr', name: 'ATR 14', isBelow: true, of: bars => [{ name: 'ATR 14', values: atr(bars, 14), look: 'second' }] },
];
