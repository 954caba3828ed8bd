// The console: keeps the state, fetches what the page shows, and repaints what has changed.
//
// The live stream is the doorbell and carries what moves fast (bars, signals, fills). Orders, positions and equity are
// read from their owner when it rings, at a bounded pace, so that what is shown is what is recorded.

import { follow, get, post, query } from './api.js';
import { Chart, Curve, row } from './chart.js';
import { byId, text } from './dom.js';
import * as paint from './panels.js';
import { clock } from './format.js';
import { wireSwitch } from './switch.js';

const mostBars = 1500;
const mostSignals = 50;
const mostOrders = 50;
const mostAlerts = 50;
const mostMarks = 1000;
const mostInstruments = 300;
const tick = 1000;            // ms between looks at the session
const repaint = 120;          // ms, at least, between two paintings of the lists
const lostAfter = 6000;       // ms without any answer

const chosen = new URLSearchParams(location.hash.slice(1));
const state = {
  sessions: [], session: null, sessionId: chosen.get('session'), picked: chosen.has('session'),
  instruments: new Set(), instrument: null, currency: null,
  status: null, portfolio: null, routing: null, orders: [], signals: [], alerts: [],
  marks: { signals: new Map(), fills: new Map() },
  bars: new Map(), timeframe: null, speed: null, ages: {}, link: 'connecting', heard: null, streaming: false,
  pickCurrency(currency) {
    state.currency = currency;
    paintSoon();
  },
};

const chart = new Chart(byId('chart'), paint.paintLegend);
const curve = new Curve(byId('equity'));

// --- painting -------------------------------------------------------------------------------------------------------

let painting = 0;
function paintSoon() {
  painting ||= setTimeout(() => {
    painting = 0;
    if (document.hidden) return;
    paint.paintTop(state);
    paint.paintSession(state);
    paint.paintFigures(state);
    paint.paintInstruments(state);
    paint.paintSignals(state);
    paint.paintOrders(state);
    paint.paintPositions(state);
    paint.paintAlerts(state);
    paint.paintEquityLegend(state);
    paint.paintAges(state);
    paintChart();
    const points = (state.portfolio?.curve ?? []).filter(point => point.currency === state.currency);
    curve.show(points, state.portfolio?.balances.find(b => b.currency === state.currency)?.opening);
  }, repaint);
}

function paintChart() {
  const bars = [...state.bars.values()].sort((a, b) => a[row.time] - b[row.time]).slice(-mostBars);
  if (state.bars.size > mostBars * 2) state.bars = new Map(bars.map(bar => [bar[row.time], bar]));
  chart.show(bars, state.timeframe);
  chart.mark(
    [...state.marks.signals.values()].filter(mark => mark.instrument === state.instrument),
    [...state.marks.fills.values()].filter(mark => mark.instrument === state.instrument));
}

// --- reading --------------------------------------------------------------------------------------------------------

/** Reads one thing of the page, and remembers how old it is. What fails keeps what it showed. */
async function read(name, path, take) {
  try {
    const body = await get(path);
    state.heard = Date.now();
    state.ages[name] = { at: Date.now() };
    take(body);
  } catch (problem) {
    if (problem.status !== 0) state.heard = Date.now();
    const unknown = problem.status === 404;
    state.ages[name] = { at: state.ages[name]?.at, error: unknown ? null : problem.service ? `${problem.service} unavailable` : 'no answer' };
  }
  paintSoon();
}

/** Runs `job` when rung, at most once every `pace` ms, and never twice at a time. */
function doorbell(pace, job) {
  let rung = false;
  let busy = false;
  const run = async () => {
    rung = false;
    const work = job();
    if (!work) return; // There was nothing to read yet.
    busy = true;
    await work;
    setTimeout(() => {
      busy = false;
      if (rung) run();
    }, pace);
  };
  return () => {
    rung = true;
    if (!busy) run();
  };
}

/** The same only as long as the session is still the one that was asked for. */
const ofSession = take => {
  const session = state.sessionId;
  return body => { if (session === state.sessionId) take(body); };
};

const readOrders = doorbell(1000, () => state.sessionId && read('orders', `/api/v1/orders?${query({ session: state.sessionId, limit: mostOrders })}`,
  ofSession(orders => {
    state.orders = orders;
    for (const order of orders) {
      know(order.instrument);
      if (order.filled > 0) markFill({ id: order.orderId, instrument: order.instrument, at: order.updatedAt, side: order.side, price: order.averagePrice, quantity: order.filled });
    }
  })));

const readPortfolio = doorbell(2000, () => state.sessionId && Promise.all([
  read('portfolio', `/api/v1/portfolio?${query({ session: state.sessionId })}`, ofSession(portfolio => {
    state.portfolio = portfolio;
    if (!portfolio.balances.some(b => b.currency === state.currency)) {
      // The currency that is traded first, then the first there is.
      state.currency = (portfolio.balances.find(b => b.equity !== b.opening) ?? portfolio.balances[0])?.currency ?? null;
    }
  })),
  read('routing', `/api/v1/routing/sessions/${encodeURIComponent(state.sessionId)}/progress`, ofSession(routing => { state.routing = routing; })),
]));

const readAlerts = doorbell(2000, () => read('alerts', `/api/v1/alerts?${query({ limit: mostAlerts })}`, alerts => { state.alerts = alerts; }));

const readSignals = doorbell(2000, () => state.sessionId && read('signals', `/api/v1/signals?${query({ session: state.sessionId, limit: mostSignals })}`,
  ofSession(signals => addSignals(signals))));

const readHistory = doorbell(500, () => state.sessionId && state.instrument && readBars(state.sessionId, state.instrument));

async function readBars(sessionId, instrument) {
  // The tape is shared by all sessions: up to where this one has come just now, and the stream tells the rest.
  let session = state.session;
  await read('session', `/api/v1/sessions/${encodeURIComponent(sessionId)}`, answer => { session = answer; });
  if (!session?.timeframe || !session.lastBar) return;
  const values = { instrument, timeframe: session.timeframe, to: session.lastBar, limit: mostBars };
  const same = () => sessionId === state.sessionId && instrument === state.instrument;
  await Promise.all([
    read('history', `/api/v1/history?${query(values)}`, bars => {
      if (!same()) return;
      bars.closeMs.forEach((at, i) => {
        if (!state.bars.has(at)) state.bars.set(at, [at, bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i]]);
      });
    }),
    read('marks', `/api/v1/signals?${query({ session: session.sessionId, instrument, limit: mostMarks })}`, signals => {
      if (same()) signals.forEach(markSignal);
    }),
    read('marks', `/api/v1/orders?${query({ session: session.sessionId, status: 'Filled', limit: mostMarks })}`, orders => {
      if (!same()) return;
      for (const order of orders) markFill({ id: order.orderId, instrument: order.instrument, at: order.updatedAt, side: order.side, price: order.averagePrice, quantity: order.filled });
    }),
  ]);
}

// The instruments of a session are those of its newest batch, and whatever is heard of besides.
const readInstruments = doorbell(5000, () => state.session?.lastSequence && read(
  'instruments', `/api/v1/sessions/${encodeURIComponent(state.sessionId)}/batches/${state.session.lastSequence}`,
  ofSession(batch => batch.instruments.forEach(terms => know(terms.id)))));

// --- what is heard --------------------------------------------------------------------------------------------------

let wanted = chosen.get('instrument');
function know(instrument) {
  if (state.instruments.size < mostInstruments) state.instruments.add(instrument);
  if (instrument !== wanted && state.instrument) return;
  if (instrument === wanted) wanted = null;
  pickInstrument(instrument);
}

function addSignals(signals) {
  const known = new Map(state.signals.map(signal => [signal.signalId, signal]));
  for (const signal of signals) {
    known.set(signal.signalId, signal);
    know(signal.instrument);
    markSignal(signal);
  }
  state.signals = [...known.values()]
    .sort((a, b) => Date.parse(b.barClose) - Date.parse(a.barClose) || b.instrument.localeCompare(a.instrument))
    .slice(0, mostSignals);
}

const markSignal = signal => bounded(state.marks.signals, signal.signalId,
  { at: Date.parse(signal.barClose), instrument: signal.instrument, direction: signal.direction, strategy: signal.strategy });

const markFill = fill => bounded(state.marks.fills, fill.id, { ...fill, at: Date.parse(fill.at) });

function bounded(map, key, value) {
  map.set(key, value);
  if (map.size > mostMarks * 2) map.delete(map.keys().next().value);
}

function hear(update) {
  state.heard = Date.now();
  for (const bars of update.bars) {
    if (bars.sessionId !== state.sessionId) continue;
    know(bars.instrument);
    if (bars.instrument !== state.instrument) continue;
    state.timeframe = bars.timeframe;
    for (const bar of bars.rows) state.bars.set(bar[row.time], bar);
    if (bars.skipped > 0) readHistory();
    state.ages.history = { at: Date.now() };
  }
  if (update.signals.length) {
    addSignals(update.signals);
    state.ages.signals = { at: Date.now() };
  }
  for (const change of update.orders) {
    if (change.kind !== 'filled') continue;
    markFill({ id: change.orderId, instrument: change.instrument, at: change.at, side: change.side, price: change.price, quantity: change.quantity });
  }
  if (update.orders.length) readOrders();
  if (update.orders.length || update.bars.length) readPortfolio();
  if (update.alerts.length) readAlerts();
  paintSoon();
}

// --- sessions -------------------------------------------------------------------------------------------------------

let unfollow = () => {};
function listen() {
  unfollow();
  state.streaming = false;
  unfollow = follow({ session: state.sessionId, instrument: state.instrument }, {
    onUpdate: hear,
    onLink(up) {
      const back = up && !state.streaming;
      state.streaming = up;
      if (up) state.heard = Date.now();
      if (back) refresh(); // What was said meanwhile is in the records.
      paintSoon();
    },
  });
}

function refresh() {
  readSignals();
  readOrders();
  readPortfolio();
  readAlerts();
  readInstruments();
  readHistory();
}

function pickInstrument(instrument) {
  if (instrument === state.instrument && state.bars.size) return;
  state.instrument = instrument;
  state.bars = new Map();
  chart.reset();
  listen();
  readHistory();
  paintSoon();
}

function pickSession(sessionId) {
  Object.assign(state, {
    sessionId, session: state.sessions.find(s => s.sessionId === sessionId) ?? null, instruments: new Set(), instrument: null,
    portfolio: null, routing: null, orders: [], signals: [], bars: new Map(), speed: null, timeframe: null, samples: [],
    marks: { signals: new Map(), fills: new Map() },
  });
  state.timeframe = state.session?.timeframe ?? null;
  chart.reset();
  listen();
  refresh();
  paintSoon();
}

/** Bars a second over the last seconds while it runs, over the whole once it is read. */
function measure(session) {
  if (session.endedAt && session.firstReadAt) {
    const seconds = (Date.parse(session.endedAt) - Date.parse(session.firstReadAt)) / 1000;
    return seconds > 0 ? session.barsAccepted / seconds : null;
  }
  state.samples = [...(state.samples ?? []), { at: performance.now(), bars: session.barsAccepted }].slice(-6);
  const [first, last] = [state.samples[0], state.samples[state.samples.length - 1]];
  return last.at > first.at ? ((last.bars - first.bars) * 1000) / (last.at - first.at) : null;
}

async function look(turn) {
  if (turn % 3 === 0 || !state.sessionId) {
    await read('sessions', '/api/v1/sessions', sessions => {
      state.sessions = [...sessions].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
      const newest = state.sessions[0];
      const gone = state.sessionId && !state.sessions.some(s => s.sessionId === state.sessionId);
      if (newest && (!state.sessionId || gone || (!state.picked && newest.sessionId !== state.sessionId))) pickSession(newest.sessionId);
    });
  }
  if (state.sessionId) {
    await read('session', `/api/v1/sessions/${encodeURIComponent(state.sessionId)}`, ofSession(session => {
      const before = state.session;
      state.session = session;
      state.timeframe ??= session.timeframe;
      state.speed = measure(session);
      if (session.lastSequence && (state.instruments.size === 0 || !before?.lastSequence)) readInstruments();
      if (before?.state !== session.state || (session.timeframe && !before?.timeframe)) refresh();
    }));
  }
  if (turn % 2 === 0) await read('status', '/api/v1/status', status => { state.status = status; });
  if (turn % 10 === 0) {
    readAlerts();
    readPortfolio();
    readOrders();
    readSignals();
  }
  const silent = !state.heard || Date.now() - state.heard > lostAfter;
  state.link = silent ? (state.heard || turn > 3 ? 'lost' : 'connecting') : state.streaming ? 'live' : 'connecting';
  paintSoon();
}

// --- wiring ---------------------------------------------------------------------------------------------------------

byId('sessions').addEventListener('change', event => {
  state.picked = event.target.value !== state.sessions[0]?.sessionId;
  pickSession(event.target.value);
  remember();
});
byId('instruments').addEventListener('change', event => {
  pickInstrument(event.target.value);
  remember();
});
byId('sign-out').addEventListener('click', async () => {
  await post('/auth/sign-out');
  location.assign('/sign-in.html');
});
wireSwitch(() => state.portfolio?.tradingState === 'Halted', () => readPortfolio());

// A reload shows the same; the newest session is followed unless another one was picked.
function remember() {
  history.replaceState(null, '', `#${query({ session: state.picked ? state.sessionId : null, instrument: state.instrument })}`);
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) paintSoon(); });
setInterval(() => text(byId('clock'), `${clock(Date.now())} UTC`), 1000);
text(byId('clock'), `${clock(Date.now())} UTC`);

if (state.sessionId) pickSession(state.sessionId);
else listen();
paintSoon();
for (let turn = 0; ; turn++) {
  if (!document.hidden || turn === 0) await look(turn);
  await new Promise(resolve => { setTimeout(resolve, tick); });
}
