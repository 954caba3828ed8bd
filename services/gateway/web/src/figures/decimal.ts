// Arithmetic on decimals as the server writes them. Digits are counted in whole numbers; nothing is a binary fraction on the way.

import type { Decimal } from '../api/exactJson';

type Scaled = { units: bigint; scale: number };

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

function parse(value: Decimal): Scaled {
  const found = form.exec(value);
  if (!found) throw new RangeError(`Expected a decimal, found '${value}'.`);

  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = found;
  const scale = fraction.length - Number(exponent);
  const units = BigInt(whole + fraction) * (scale < 0 ? 10n ** BigInt(-scale) : 1n);
  return { units: sign ? -units : units, scale: Math.max(0, scale) };
}

function write({ units, scale }: Scaled): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(digits.length - scale)}` : ''}`;
}

function unitsAt({ units, scale }: Scaled, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [parse(a), parse(b)];
  const scale = Math.max(x.scale, y.scale);
  return write({ units: unitsAt(x, scale) + unitsAt(y, scale), scale });
}

export function negate(a: Decimal): Decimal {
  const x = parse(a);
  return write({ units: -x.units, scale: x.scale });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [parse(a), parse(b)];
  return write({ units: x.units * y.units, scale: x.scale + y.scale });
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b));

export const sum = (values: Decimal[]): Decimal => values.reduce(add, '0');

export function sign(a: Decimal): -1 | 0 | 1 {
  const { units } = parse(a);
  return units === 0n ? 0 : units < 0n ? -1 : 1;
}

export const compare = (a: Decimal, b: Decimal): number => sign(subtract(a, b));

export const absolute = (a: Decimal): Decimal => (sign(a) < 0 ? negate(a) : a);

/** To so many digits behind the point, half away from zero. */
export function round(a: Decimal, digits: number): Decimal {
  const x = parse(a);
  if (x.scale <= digits) return write({ units: unitsAt(x, digits), scale: digits });

  const divisor = 10n ** BigInt(x.scale - digits);
  const half = x.units < 0n ? -divisor / 2n : divisor / 2n;
  return write({ units: (x.units + half) / divisor, scale: digits });
}

/** Without what stands behind the last digit that says something. */
export function trim(a: Decimal): Decimal {
  const plain = write(parse(a));
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain;
}

/** One part of another, as a fraction with twelve digits; null of nothing. */
export function ratio(a: Decimal, b: Decimal): Decimal | null {
  const [x, y] = [parse(a), parse(b)];
  if (y.units === 0n) return null;

  const digits = 12;
  const scale = Math.max(x.scale, y.scale);
  return write({ units: (unitsAt(x, scale) * 10n ** BigInt(digits)) / unitsAt(y, scale), scale: digits });
}

/** A hundred times as much. */
export function hundredfold(a: Decimal): Decimal {
  const x = parse(a);
  return write({ units: x.units * 100n, scale: x.scale });
}
