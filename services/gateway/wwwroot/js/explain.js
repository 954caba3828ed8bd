// Why a signal was raised: what was seen, which rules held, what made the score.

import { byId, h } from './dom.js';
import { barTime, milliseconds, none, percent, price } from './format.js';
import { meter, tone } from './panels.js';

export function explain(signal) {
  const { inputs = [], rules = [], scoreParts = [] } = signal.explanation ?? {};
  byId('explain-title').replaceChildren(h('span', { class: tone(signal.direction) }, signal.direction), ` ${signal.instrument}`);
  const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));
  const largest = Math.max(...scoreParts.map(part => Math.abs(part.value)), Number.EPSILON);
  byId('explain-body').replaceChildren(...[
    h('p', { class: 'rationale' }, signal.rationale),
    h('dl', { class: 'facts tall' },
      fact('Score', percent(signal.score, 1)), fact('Quality', percent(signal.quality, 1)),
      fact('Regime', signal.regime), fact('Condition', signal.condition ?? none),
      fact('Strategy', signal.strategy), fact('Bar', `${barTime(signal.barClose, signal.timeframe)} UTC, ${signal.timeframe}`),
      fact('Close', price(signal.close)), fact('Latency', milliseconds(signal.latencyMs)),
      fact('Target', price(signal.target)), fact('Stop', price(signal.stop)),
      fact('At risk', percent(signal.riskPercent && signal.riskPercent / 100, 2)), fact('Volume score', percent(signal.volumeScore, 1)),
      fact('Flips at', price(signal.flipClose)),
      fact('Expires after', signal.expiryBars ? `${signal.expiryBars} bars` : none),
      fact('Backtest won', percent(signal.backtestWinRate, 1)), fact('Backtest profit factor', ratio(signal.backtestProfitFactor))),
    h('h3', {}, 'Rules'),
    h('table', {}, h('tbody', {}, rules.map(rule => h('tr', { class: rule.held ? '' : 'rule-no' },
      h('td', {}, h('span', { class: rule.held ? 'up' : 'dim' }, rule.held ? '✓ ' : '✗ '), rule.rule),
      h('td', { class: 'n' }, rule.held ? 'held' : 'did not hold'))))),
    h('h3', {}, 'Score'),
    h('div', { class: 'parts' }, scoreParts.flatMap(part => [
      h('span', {}, part.name), meter(Math.abs(part.value) / largest), h('b', { class: 'n' }, ratio(part.value, 3))])),
    h('h3', {}, 'Inputs'),
    h('table', {}, h('tbody', {}, inputs.map(input => h('tr', {}, h('td', {}, input.name), h('td', { class: 'n' }, number(input.value)))))),
    h('h3', {}, 'Signal'),
    h('p', { class: 'dim' }, signal.signalId),
  ]);
  byId('explain').showModal();
}

const ratio = (value, digits = 2) => (value == null ? none : value.toFixed(digits));

const number = value => (value == null ? none : Math.abs(value) >= 1000 || Number.isInteger(value)
  ? value.toLocaleString('en-US', { maximumFractionDigits: 2 })
  : Number(value.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 8 }));
