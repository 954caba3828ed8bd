// Numbers and times as people read them. Everything is UTC.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const quantity = new Intl.NumberFormat('en-US', { maximumFractionDigits: 8 });

export const none = '–';

export const count = value => (value == null ? none : whole.format(value));
export const amount = value => (value == null ? none : money.format(value));
export const units = value => (value == null ? none : quantity.format(value));
export const percent = (value, digits = 0) => (value == null ? none : `${(value * 100).toFixed(digits)} %`);

export function signed(value, format = amount) {
  if (value == null) return none;
  return value > 0 ? `+${format(value)}` : value < 0 ? `−${format(-value)}` : format(0);
}

export const direction = value => (value > 0 ? 'up' : value < 0 ? 'down' : '');

/** A price with as many decimals as it needs to be told from its neighbours. */
export function price(value) {
  if (value == null) return none;
  const size = Math.abs(value);
  const decimals = size >= 1 || size === 0 ? 2 : Math.min(8, 3 - Math.floor(Math.log10(size)));
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: Math.max(decimals, size < 10 ? 5 : 2) });
}

const iso = time => new Date(time).toISOString();

export const clock = time => iso(time).slice(11, 19);

/** A daily bar is known by its date, a shorter one by its minute. */
export function barTime(time, timeframe) {
  const text = iso(time);
  return /[dw]$/i.test(timeframe ?? '') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

export function stamp(time) {
  const text = iso(time);
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

export const milliseconds = value => (value == null ? none : value < 10 ? `${value.toFixed(1)} ms` : `${whole.format(value)} ms`);
