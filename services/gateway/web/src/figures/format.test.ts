import { expect, test } from 'vitest';
import { age, amount, barTime, money, percent, price, quantity, quoted, share, signedMoney, signedPercent, whole } from './format';

test('money has two digits and groups of three', () => {
  expect([money('1234567.891'), money('-0.5'), money('0'), money(null)]).toEqual(['1,234,567.89', '\u22120.50', '0.00', '–']);
});

test('a gain has a plus, a loss a minus, and what rounds to nothing neither', () => {
  expect([signedMoney('4233.12'), signedMoney('-4.1'), signedMoney('0.001'), signedMoney('-0.001')]).toEqual(['+4,233.12', '\u22124.10', '0.00', '0.00']);
  expect([signedPercent('0.0423312'), signedPercent('-0.1')]).toEqual(['+4.23\u00a0%', '\u221210.00\u00a0%']);
});

test('quantities keep what they have, prices what says something', () => {
  expect([quantity('12000.5000'), quantity('7'), quantity('0.00012')]).toEqual(['12,000.5', '7', '0.00012']);
  expect([amount('100233.4'), amount('0.123456789'), amount('12')]).toEqual(['100,233.40', '0.123456789', '12.00']);
  expect([price('101'), price('1400.123456'), price('0.000012345678'), price('300.4100')]).toEqual(['101.00', '1,400.1235', '0.00001235', '300.41']);
});

test('a fraction becomes percent', () => {
  expect([percent('0.1234'), percent('1', 0)]).toEqual(['12.3\u00a0%', '100\u00a0%']);
});

test('an age is in the largest unit that fits', () => {
  expect([age(-5), age(59_999), age(60_000), age(7_200_000), age(200_000_000)]).toEqual(['0 s', '59 s', '1 min', '2 h', '2 d']);
});

test('days have no hour', () => {
  expect([barTime('2026-11-23T21:00:00Z', '1d'), barTime('2026-11-23T21:00:00Z', '1m')]).toEqual(['2026-11-23', '2026-11-23 21:00']);
});

test('a price that is drawn has no more digits than one of the books', () => {
  expect([quoted(899.719971), quoted(101), quoted(0.00001234), quoted(1e-9), quoted(null)]).toEqual(['899.72', '101.00', '0.00001234', '0.00', '–']);
});

test('a share below nothing has a minus, and what is whole no point', () => {
  expect([share(-0.016, 2), whole('57.958333333333336'), whole('114139.29')]).toEqual(['\u22121.60\u00a0%', '58', '114,139']);
});
