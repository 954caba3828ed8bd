// Draws each panel from the state. Every list here is bounded by what is fetched and kept.

import { byId, h, list, text } from './dom.js';
import {
  amount, barTime, clock, count, direction, milliseconds, none, percent, price, signed, stamp, units,
} from './format.js';
import { explain } from './explain.js';
import { row } from './chart.js';

const orderTone = {
  Filled: 'good', PartiallyFilled: 'info', Denied: 'bad', Rejected: 'bad', Canceled: 'warn', Expired: 'warn', Accepted: 'info',
  Submitted: 'info', Requested: '',
};
const stateTone = { running: 'info', completed: 'good', failed: 'bad', starting: 'warn' };

export function paintTop(state) {
  const halted = state.portfolio?.tradingState === 'Halted';
  const mode = byId('mode');
  text(mode, halted ? 'Halted' : 'Paper');
  mode.className = `pill mode ${halted ? 'bad' : 'info'}`;
  const button = byId('halt');
  text(button, halted ? 'Resume' : 'Halt');
  button.classList.toggle('resume', halted);

  list(byId('lights'), state.status?.services ?? [], {
    key: s => s.service,
    version: s => `${s.state}|${s.detail}|${Math.round(s.latencyMs ?? -1)}`,
    make: s => h('li', { title: s.detail ?? `${s.service} is ${s.state}` },
      h('span', { class: `dot ${s.state}` }), h('span', {}, s.service),
      h('span', { class: 'sr' }, s.state), h('small', {}, s.latencyMs == null ? s.state : milliseconds(s.latencyMs))),
  });

  const link = byId('link');
  const lost = state.link === 'lost';
  const words = { live: 'live', connecting: 'connecting', lost: 'connection lost' }[state.link];
  if (link.dataset.state !== state.link) {
    link.dataset.state = state.link;
    link.replaceChildren(h('span', { class: `dot ${{ live: 'healthy', connecting: 'degraded', lost: 'unreachable' }[state.link]}` }), words);
  }
  document.body.classList.toggle('lost', lost);
  const banner = byId('banner');
  banner.hidden = !lost;
  if (lost) {
    text(banner, `Connection to the console lost${state.heard ? `: what you see is from ${clock(state.heard)} UTC` : ''}. Trying again.`);
  }
}

export function paintAges(state) {
  for (const element of document.querySelectorAll('[data-age]')) {
    const age = state.ages[element.dataset.age];
    element.classList.toggle('bad', Boolean(age?.error));
    const at = age?.at ? `${clock(age.at)}` : '';
    text(element, age?.error ? `${age.error}${at ? `, as of ${at}` : ''}` : at);
  }
}

export function paintSession(state) {
  const session = state.session;
  const picker = byId('sessions');
  list(picker, state.sessions.slice(0, 100), {
    key: s => s.sessionId,
    version: s => s.state,
    make: s => h('option', { value: s.sessionId }, `${s.sessionId} · ${fileName(s.source)}`),
  });
  if (document.activeElement !== picker && state.sessionId) picker.value = state.sessionId;
  const pill = byId('session-state');
  pill.hidden = !session;
  if (!session) {
    byId('progress').hidden = true;
    byId('session-facts').replaceChildren(h('div', {}, h('dt', {}, 'No session yet.'), h('dd', {}, 'Start one with ./run or ./algo replay.')));
    return;
  }
  text(pill, session.state);
  pill.className = `pill ${stateTone[session.state] ?? ''}`;
  const progress = byId('progress');
  progress.hidden = session.state === 'completed' || session.state === 'failed' || !session.barsTotal;
  const quarantined = Object.values(session.quarantined ?? {}).reduce((sum, n) => sum + n, 0);
  const useful = session.barsTotal && session.barsTotal - session.duplicates - quarantined;
  progress.max = useful || 1;
  progress.value = session.barsAccepted;
  facts(byId('session-facts'), [
    ['bars', useful && useful !== session.barsAccepted ? `${count(session.barsAccepted)} of ${count(useful)}` : count(session.barsAccepted)],
    quarantined > 0 && ['quarantined', count(quarantined)],
    state.speed != null && ['bars/s', count(state.speed)],
    session.timeframe && ['timeframe', session.timeframe],
    session.lastBar && ['at', `${barTime(session.lastBar, session.timeframe)} UTC`],
    session.error && ['error', session.error],
  ]);
}

export function paintFigures(state) {
  const balances = state.portfolio?.balances ?? [];
  const tabs = byId('currencies');
  tabs.hidden = balances.length < 2;
  list(tabs, balances, {
    key: b => b.currency,
    version: b => `${b.currency}|${b.currency === state.currency}`,
    make: b => h('button', { type: 'button', 'aria-pressed': String(b.currency === state.currency), onclick: () => state.pickCurrency(b.currency) }, b.currency),
  });
  const balance = balances.find(b => b.currency === state.currency);
  const pnl = balance && balance.equity - balance.opening;
  const unrealized = (state.portfolio?.positions ?? []).filter(p => p.currency === state.currency).reduce((sum, p) => sum + (p.unrealizedPnl ?? 0), 0);
  const figure = (name, value, tone = '', main = false, aside = '') =>
    h('div', { class: main ? 'main' : '' }, h('dt', {}, name, h('span', { class: tone || 'dim' }, aside)), h('dd', { class: tone }, value));
  const gain = pnl == null || !balance.opening ? '' : `${signed((pnl / balance.opening) * 100, v => v.toFixed(2))} %`;
  byId('figures').replaceChildren(
    figure(balance ? `Equity, ${balance.currency}` : 'Equity', amount(balance?.equity), '', true),
    figure('P&L', signed(pnl), direction(pnl), true, gain),
    figure('Cash', amount(balance?.cash)),
    figure('Realized', signed(balance?.realizedPnl), direction(balance?.realizedPnl)),
    figure('Unrealized', balance ? signed(unrealized) : none, direction(unrealized)),
    figure('Commission', amount(balance?.commission)),
    figure('Signals', count(state.routing?.signals)),
    figure('Orders', count(state.routing?.intents), '', false, state.routing?.denied ? `${count(state.routing.denied)} denied` : ''),
    figure('Fills', count(state.routing?.fills)),
  );
}

export function paintInstruments(state) {
  const picker = byId('instruments');
  list(picker, [...state.instruments].sort(), { key: name => name, make: name => h('option', { value: name }, name) });
  picker.disabled = state.instruments.size === 0;
  if (document.activeElement !== picker && state.instrument) picker.value = state.instrument;
}

export function paintLegend(read) {
  const legend = byId('legend');
  if (!read) {
    legend.replaceChildren();
    return;
  }
  const { bar, previous, timeframe, signals, fills } = read;
  const change = previous ? bar[row.close] / previous[row.close] - 1 : null;
  const part = (name, value, tone = '') => h('span', {}, name, name ? ' ' : '', h('b', { class: tone }, value));
  legend.replaceChildren(...[
    part('', `${barTime(bar[row.time], timeframe)}`),
    part('O', price(bar[row.open])), part('H', price(bar[row.high])), part('L', price(bar[row.low])), part('C', price(bar[row.close])),
    change == null ? '' : part('', `${signed(change * 100, v => v.toFixed(2))} %`, direction(change)),
    part('V', units(bar[row.volume])),
    ...signals.map(s => part(s.strategy, s.direction, tone(s.direction))),
    ...fills.map(f => part(f.side === 'Buy' ? 'bought' : 'sold', `${units(f.quantity)} at ${price(f.price)}`, f.side === 'Buy' ? 'up' : 'down')),
  ]);
}

export function paintSignals(state) {
  text(byId('n-signals'), state.signals.length ? `newest ${state.signals.length}` : '');
  list(byId('signals'), state.signals, {
    key: s => s.signalId,
    // What its strategy came to in a backtest is read later than a signal that comes by the stream.
    version: s => `${s.backtestWinRate}|${s.backtestProfitFactor}`,
    make: s => h('li', {}, h('button', { class: 'signal', type: 'button', onclick: () => explain(s) },
      h('span', { class: 'what' }, h('span', { class: `side ${tone(s.direction)}` }, s.direction.toUpperCase()), h('b', {}, s.instrument)),
      h('span', { class: 'score', title: 'Score' }, meter(s.score), h('b', {}, percent(s.score))),
      h('span', { class: 'why' }, s.rationale),
      h('span', { class: 'tags' }, h('time', {}, barTime(s.barClose, s.timeframe)), h('span', {}, s.strategy), h('span', {}, s.regime), h('span', { title: 'Latency' }, milliseconds(s.latencyMs))))),
    empty: () => h('li', { class: 'empty' }, 'No signals yet'),
  });
}

export function paintOrders(state) {
  text(byId('n-orders'), state.orders.length ? `newest ${state.orders.length}` : '');
  list(byId('orders'), state.orders, {
    key: o => o.orderId,
    version: o => `${o.status}|${o.filled}|${o.updatedAt}`,
    make: o => h('tr', {},
      minute(o.requestedAt), h('td', { class: 'instrument', title: o.instrument }, o.instrument),
      h('td', { class: o.side === 'Buy' ? 'up' : 'down' }, o.side),
      h('td', {}, h('span', { class: `pill ${orderTone[o.status] ?? ''}`, title: o.reason ?? '' }, o.status)),
      h('td', { class: 'n' }, units(o.quantity)), h('td', { class: 'n' }, units(o.filled)), h('td', { class: 'n' }, price(o.averagePrice)),
      h('td', { class: 'wide' }, o.strategy), h('td', { class: 'wide reason', title: o.reason ?? '' }, o.reason ?? o.code ?? '')),
    empty: () => h('tr', { class: 'empty' }, h('td', { colSpan: 9 }, 'No orders yet')),
  });
}

export function paintPositions(state) {
  const positions = (state.portfolio?.positions ?? []).slice(0, 100);
  const open = positions.filter(p => p.quantity !== 0).length;
  text(byId('n-positions'), positions.length ? `${open} open, ${positions.length - open} closed` : '');
  list(byId('positions'), positions, {
    key: p => p.instrument,
    version: p => `${p.quantity}|${p.lastPrice}|${p.realizedPnl}|${p.unrealizedPnl}`,
    make: p => h('tr', { class: p.quantity === 0 ? 'dim' : '' },
      h('td', { class: 'instrument', title: p.instrument }, p.instrument), h('td', { class: 'n' }, units(p.quantity)), h('td', { class: 'n wide' }, p.quantity === 0 ? none : price(p.averagePrice)),
      h('td', { class: 'n roomy' }, price(p.lastPrice)),
      h('td', { class: `n ${direction(p.unrealizedPnl)}` }, signed(p.unrealizedPnl)),
      h('td', { class: `n ${direction(p.realizedPnl)}` }, signed(p.realizedPnl))),
    empty: () => h('tr', { class: 'empty' }, h('td', { colSpan: 6 }, 'No positions yet')),
  });
}

export function paintAlerts(state) {
  text(byId('n-alerts'), state.alerts.length ? `newest ${state.alerts.length}` : '');
  list(byId('alerts'), state.alerts, {
    key: a => a.alertId,
    version: a => `${a.state}|${a.attempts.length}`,
    make: a => h('li', { class: 'alert' },
      h('span', { class: `dot ${a.severity}`, title: a.severity }), h('b', {}, a.title), h('time', {}, stamp(a.at).slice(0, 16)),
      h('p', { title: a.text }, a.text),
      h('span', { class: 'via' }, h('span', {}, a.severity),
        ...a.attempts.map(t => h('span', { class: t.outcome === 'delivered' ? '' : 'bad' }, `${t.channel} ${t.outcome}`)))),
    empty: () => h('li', { class: 'empty' }, 'Nothing to be told'),
  });
}

export function paintEquityLegend(state) {
  const balance = state.portfolio?.balances.find(b => b.currency === state.currency);
  byId('equity-legend').replaceChildren(...(balance
    ? [h('span', {}, 'equity ', h('b', {}, amount(balance.equity))), h('span', {}, 'cash ', h('b', {}, amount(balance.cash)))]
    : []));
}

// Where there is little room the year goes first.
function minute(time) {
  const words = stamp(time);
  return h('td', {}, h('span', { class: 'year' }, words.slice(0, 5)), words.slice(5, 16));
}

export const tone = value => ({ Long: 'up', Buy: 'up', Short: 'down', Sell: 'down' }[value] ?? 'flat');

export function meter(value) {
  const bar = h('i');
  bar.style.width = `${Math.round(Math.max(0, Math.min(1, value)) * 100)}%`;
  return h('span', { class: 'meter', 'aria-hidden': 'true' }, bar);
}

function facts(element, rows) {
  const known = rows.filter(Boolean);
  const now = JSON.stringify(known);
  if (element.dataset.now === now) return;
  element.dataset.now = now;
  element.replaceChildren(...known.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

const fileName = source => (source ?? '').split('/').pop();
