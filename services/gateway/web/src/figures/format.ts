import type { Decimal } from '../api/exactJson';
import { absolute, compare, hundredfold, round, sign, trim } from './decimal';

/** Stands where nothing is known. */
export const none = '–';

const minus = '\u2212';

function grouped(plain: Decimal): string {
  const [whole = '', fraction] = plain.replace('-', '').split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${plain.startsWith('-') ? minus : ''}${groups}${fraction === undefined ? '' : `.${fraction}`}`;
}

export const money = (value: Decimal | null | undefined): string => (value == null ? none : grouped(round(value, 2)));

export function signedMoney(value: Decimal | null | undefined): string {
  if (value == null) return none;

  const rounded = round(value, 2);
  return `${sign(rounded) > 0 ? '+' : ''}${grouped(rounded)}`;
}

export const quantity = (value: Decimal | null | undefined): string => (value == null ? none : grouped(trim(value)));

/** Money or coins to the last digit, with two at least. */
export function amount(value: Decimal | null | undefined): string {
  if (value == null) return none;

  const trimmed = trim(value);
  return (trimmed.split('.')[1]?.length ?? 0) < 2 ? money(trimmed) : grouped(trimmed);
}

/** With two digits at least: four more of what is worth less than a coin. */
export function price(value: Decimal | null | undefined): string {
  if (value == null) return none;

  const trimmed = trim(round(value, compare(absolute(value), '1') < 0 ? 8 : 4));
  const digits = trimmed.split('.')[1]?.length ?? 0;
  return grouped(digits < 2 ? round(trimmed, 2) : trimmed);
}

/** Of a fraction. */
export const percent = (value: Decimal | null | undefined, digits = 1): string =>
  value == null ? none : `${grouped(round(hundredfold(value), digits))}\u00a0%`;

export function signedPercent(value: Decimal | null | undefined, digits = 2): string {
  if (value == null) return none;

  const rounded = round(hundredfold(value), digits);
  return `${sign(rounded) > 0 ? '+' : ''}${grouped(rounded)}\u00a0%`;
}

/** To the whole, where the rest says nothing. */
export const whole = (value: Decimal | null | undefined): string => (value == null ? none : grouped(round(value, 0)));

export const ratioOf = (value: Decimal | null | undefined): string => (value == null ? none : grouped(round(value, 2)));

/** A measure, which is no money: as many digits as say something. */
export function measure(value: number | null | undefined, digits = 6): string {
  if (value == null) return none;
  return Number(value.toPrecision(digits)).toLocaleString('en-US', { maximumFractionDigits: 8 }).replace('-', minus);
}

export const share = (value: number | null | undefined, digits = 0): string => (value == null ? none : `${(value * 100).toFixed(digits).replace('-', minus)}\u00a0%`);

/** A price that is drawn or told, and not of the books: as many digits as those have. */
export const quoted = (value: number | null | undefined): string => (value == null ? none : price(String(value)));

export const count = (value: number | null | undefined): string => (value == null ? none : value.toLocaleString('en-US'));

export const latency = (ms: number | null | undefined): string => (ms == null ? none : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);

/** How long ago, in the largest unit that fits. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `2026-11-23 14:05:09`, UTC. */
export const utc = (at: string | number | Date): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** `14:05:09.123`, UTC. */
export const utcClock = (at: string | number | Date): string => new Date(at).toISOString().slice(11, 23);

/** The close of a bar: days have no hour. */
export const barTime = (at: string, timeframe: string): string => utc(at).slice(0, timeframe.endsWith('d') ? 10 : 16);

/** `AAPL` of `AAPL.SIM`: the symbol that venues share. */
export const symbolOf = (instrument: string): string => instrument.slice(0, Math.max(0, instrument.lastIndexOf('.'))).replace('/', '');

/** Where a venue counts its hours; the world's coin venues do so in UTC. */
export function zoneOf(instrument: string): string {
  const venue = instrument.slice(instrument.lastIndexOf('.') + 1);
  return ['ALPACA', 'NYSE', 'NASDAQ', 'SIM'].includes(venue) ? 'America/New_York' : 'UTC';
}

/** As the clock of a zone shows it, with whose clock it is. */
export function inZone(at: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(new Date(at));
  return `${parts} ${zone.split('/').pop()?.replace('_', ' ')}`;
}
