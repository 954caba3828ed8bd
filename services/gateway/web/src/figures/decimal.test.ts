import { expect, test } from 'vitest';
import { parseExact } from '../api/exactJson';
import { add, compare, multiply, ratio, round, sign, subtract, sum, trim } from './decimal';

test('a number is read to its last digit, and text that looks like one stays text', () => {
  expect(parseExact('{"a":0.1000000000000000055511151231257827,"b":[-1.50,1e-8,null,true],"c":"1.5 \\"2.5\\""}')).toEqual({
    a: '0.1000000000000000055511151231257827',
    b: ['-1.50', '1e-8', null, true],
    c: '1.5 "2.5"',
  });
});

test('what binary fractions get wrong comes out right', () => {
  expect(add('0.1', '0.2')).toBe('0.3');
  expect(multiply('1.1', '-1.1')).toBe('-1.21');
  expect(subtract('100000.01', '99999.99')).toBe('0.02');
  expect(sum(['79228162514264337593543950335', '1', '-0.5'])).toBe('79228162514264337593543950335.5');
});

test('rounding goes half away from zero, and shows the digits asked for', () => {
  expect(['1.005', '-1.005', '2', '0.004', '-0.004'].map(value => round(value, 2))).toEqual(['1.01', '-1.01', '2.00', '0.00', '0.00']);
});

test('exponents are read', () => {
  expect([trim('1E-8'), trim('1.50e2'), trim('-2.5E+1')]).toEqual(['0.00000001', '150', '-25']);
});

test('signs and comparisons look at the value and not at how it is written', () => {
  expect([sign('-0.00'), sign('0.01'), sign('-3')]).toEqual([0, 1, -1]);
  expect([compare('1.50', '1.5'), compare('-2', '1'), compare('10', '9')]).toEqual([0, -1, 1]);
});

test('a part of nothing is not known', () => {
  expect(ratio('1', '3')).toBe('0.333333333333');
  expect(ratio('-5', '10')).toBe('-0.500000000000');
  expect(ratio('1', '0.00')).toBeNull();
});

test('what is no number is refused', () => {
  expect(() => add('1,5', '1')).toThrow("'1,5'");
});
