// A candle chart on a canvas: bars, volume, marks of signals and fills, crosshair, zoom and pan.

import { barTime, price } from './format.js';

const axis = 62;      // px, prices at the right
const foot = 20;      // px, times below
const volumePart = 0.16;
const fewest = 20;    // bars on screen when zoomed in all the way
const most = 1200;

export const row = { time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 };

export class Chart {
  #canvas; #context; #onRead; #colors; #frame = 0;
  #bars = []; #timeframe; #signals = new Map(); #fills = new Map();
  #shown = 140; #end = null; #read = null; #drag = null;

  /** `onRead` is told the bar under the crosshair, or the newest one, with its marks. */
  constructor(canvas, onRead) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    this.#onRead = onRead;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.#colors = null; this.draw(); });
    this.#listen();
  }

  /** @param bars rows of [close ms, open, high, low, close, volume], oldest first */
  show(bars, timeframe) {
    this.#bars = bars;
    this.#timeframe = timeframe;
    this.draw();
  }

  /** Marks by bar: each signal {at, direction}, each fill {at, side, price, quantity}. */
  mark(signals, fills) {
    this.#signals = group(signals);
    this.#fills = group(fills);
    this.draw();
  }

  /** Forgets where the viewer was: another instrument is shown. */
  reset() {
    this.#end = null;
    this.#read = null;
  }

  draw() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#paint(); });
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener('pointermove', event => {
      if (this.#drag) {
        const bars = Math.round((this.#drag.x - event.offsetX) / this.#step());
        this.#moveTo(this.#drag.end + bars);
      }
      this.#readAt(this.#first() + Math.floor(event.offsetX / this.#step()));
    });
    canvas.addEventListener('pointerdown', event => {
      this.#drag = { x: event.offsetX, end: this.#last() };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointerup', () => { this.#drag = null; });
    canvas.addEventListener('pointercancel', () => { this.#drag = null; });
    canvas.addEventListener('pointerleave', () => { if (!this.#drag) this.#readAt(null); });
    canvas.addEventListener('wheel', event => {
      event.preventDefault();
      this.#zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15);
    }, { passive: false });
    canvas.addEventListener('blur', () => this.#readAt(null));
    canvas.addEventListener('keydown', event => {
      const keys = {
        ArrowLeft: () => this.#readAt((this.#read ?? this.#last()) - (event.shiftKey ? 10 : 1)),
        ArrowRight: () => this.#readAt((this.#read ?? this.#last()) + (event.shiftKey ? 10 : 1)),
        '+': () => this.#zoom(1 / 1.3), '=': () => this.#zoom(1 / 1.3), '-': () => this.#zoom(1.3),
        Home: () => { this.#moveTo(0); this.#readAt(0); },
        End: () => { this.#end = null; this.#readAt(null); },
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  // The bar that was at the right edge stays there while new ones come, unless that is the newest.
  #last() { return this.#end == null ? this.#bars.length - 1 : Math.min(this.#end, this.#bars.length - 1); }
  #first() { return this.#last() - this.#shown + 1; }
  #step() { return (this.#canvas.clientWidth - axis) / this.#shown; }

  #zoom(factor) {
    this.#shown = Math.round(Math.min(most, Math.max(fewest, this.#shown * factor)));
    this.draw();
  }

  #moveTo(end) {
    const newest = this.#bars.length - 1;
    this.#end = end >= newest ? null : Math.max(Math.min(this.#shown, newest + 1) - 1, end);
    this.draw();
  }

  #readAt(index) {
    this.#read = index == null ? null : Math.max(0, Math.min(this.#bars.length - 1, index));
    if (this.#read != null && this.#read < this.#first()) this.#moveTo(this.#read + this.#shown - 1);
    if (this.#read != null && this.#read > this.#last()) this.#moveTo(this.#read);
    this.draw();
  }

  #paint() {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (width === 0 || height === 0) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const c = this.#context;
    const colors = this.#colors ??= readColors();
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    c.font = '11px ui-sans-serif, system-ui, sans-serif';
    if (this.#bars.length === 0) {
      c.fillStyle = colors.dim;
      c.textAlign = 'center';
      c.fillText('No bars yet', width / 2, height / 2);
      this.#onRead(null);
      return;
    }

    const first = Math.max(0, this.#first());
    const last = this.#last();
    const view = this.#bars.slice(first, last + 1);
    const plot = { width: width - axis, top: 14, bottom: height - foot };
    const step = this.#step();
    const x = index => (index - this.#first() + 0.5) * step;
    const scale = priceScale(view, plot.top, plot.bottom - (plot.bottom - plot.top) * volumePart);

    this.#paintAxes(c, colors, plot, width, height, scale, x, first, last);
    this.#paintBars(c, colors, plot, scale, view, first, x, step);
    this.#paintMarks(c, colors, scale, view, first, x, step);
    this.#paintLast(c, colors, plot, scale, width);
    this.#paintCrosshair(c, colors, plot, scale, x, width, height);

    const index = this.#read ?? this.#bars.length - 1;
    const bar = this.#bars[index];
    this.#onRead({
      bar, previous: this.#bars[index - 1], timeframe: this.#timeframe, read: this.#read != null,
      signals: this.#signals.get(bar[row.time]) ?? [], fills: this.#fills.get(bar[row.time]) ?? [],
    });
  }

  #paintAxes(c, colors, plot, width, height, scale, x, first, last) {
    c.strokeStyle = colors.grid;
    c.fillStyle = colors.dim;
    c.lineWidth = 1;
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    c.beginPath();
    for (const tick of scale.ticks) {
      const y = Math.round(scale.y(tick)) + 0.5;
      c.moveTo(0, y);
      c.lineTo(plot.width, y);
      c.fillText(price(tick), plot.width + 6, y);
    }
    c.stroke();
    c.textAlign = 'center';
    const labels = Math.max(2, Math.floor(plot.width / 110));
    const every = Math.max(1, Math.round(this.#shown / labels));
    // Anchored to the bar's number, so that labels move with the bars.
    for (let i = Math.ceil(first / every) * every; i <= last; i += every) {
      const at = x(i);
      if (at < 36 || at > plot.width - 20) continue;
      c.fillText(this.#timeLabel(i, every), at, height - foot / 2);
    }
    c.strokeStyle = colors.line;
    c.beginPath();
    c.moveTo(0, plot.bottom + 0.5);
    c.lineTo(width, plot.bottom + 0.5);
    c.stroke();
  }

  #timeLabel(index, every) {
    const text = barTime(this.#bars[index][row.time], this.#timeframe);
    if (text.length === 10) return text.slice(0, every > 150 ? 4 : 10);
    const before = this.#bars[index - every];
    return before && barTime(before[row.time], this.#timeframe).slice(0, 10) === text.slice(0, 10) ? text.slice(11) : text.slice(5);
  }

  #paintBars(c, colors, plot, scale, view, first, x, step) {
    const body = Math.max(1, Math.min(13, Math.floor(step * 0.7)));
    const room = (plot.bottom - plot.top) * volumePart;
    const busiest = Math.max(...view.map(bar => bar[row.volume]), 0) || 1;
    view.forEach((bar, i) => {
      const at = x(first + i);
      const up = bar[row.close] >= bar[row.open];
      const tall = (bar[row.volume] / busiest) * (room - 4);
      c.fillStyle = up ? colors.upSoft : colors.downSoft;
      c.fillRect(at - body / 2, plot.bottom - tall, body, tall);
      c.fillStyle = up ? colors.up : colors.down;
      const high = scale.y(bar[row.high]);
      c.fillRect(Math.round(at - 0.5), high, 1, Math.max(1, scale.y(bar[row.low]) - high));
      if (step < 3) return;
      const top = scale.y(Math.max(bar[row.open], bar[row.close]));
      const bottom = scale.y(Math.min(bar[row.open], bar[row.close]));
      c.fillRect(at - body / 2, top, body, Math.max(1, bottom - top));
    });
  }

  #paintMarks(c, colors, scale, view, first, x, step) {
    const size = Math.max(3, Math.min(5.5, step));
    view.forEach((bar, i) => {
      const at = x(first + i);
      const fills = this.#fills.get(bar[row.time]) ?? [];
      let below = scale.y(bar[row.low]) + 9;
      let above = scale.y(bar[row.high]) - 9;
      for (const signal of this.#signals.get(bar[row.time]) ?? []) {
        c.beginPath();
        if (signal.direction === 'Long') {
          c.fillStyle = colors.up;
          triangle(c, at, below, size, -1);
          below += size * 2.4;
        } else if (signal.direction === 'Short') {
          c.fillStyle = colors.down;
          triangle(c, at, above, size, 1);
          above -= size * 2.4;
        } else {
          c.fillStyle = colors.dim;
          diamond(c, at, above, size * 0.9);
          above -= size * 2.4;
        }
        c.fill();
      }
      for (const fill of fills) {
        c.beginPath();
        c.arc(at, scale.y(fill.price), size * 0.8, 0, 2 * Math.PI);
        c.fillStyle = fill.side === 'Buy' ? colors.up : colors.down;
        c.fill();
        c.lineWidth = 1.5;
        c.strokeStyle = colors.panel;
        c.stroke();
      }
    });
  }

  #paintLast(c, colors, plot, scale, width) {
    const bar = this.#bars[this.#bars.length - 1];
    const y = Math.max(plot.top, Math.min(plot.bottom - 8, scale.y(bar[row.close])));
    c.fillStyle = c.strokeStyle = bar[row.close] >= bar[row.open] ? colors.up : colors.down;
    c.setLineDash([2, 3]);
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(0, Math.round(y) + 0.5);
    c.lineTo(plot.width, Math.round(y) + 0.5);
    c.stroke();
    c.setLineDash([]);
    label(c, price(bar[row.close]), plot.width, y, width, c.fillStyle, colors.panel);
  }

  #paintCrosshair(c, colors, plot, scale, x, width, height) {
    if (this.#read == null) return;
    const bar = this.#bars[this.#read];
    const at = Math.round(x(this.#read)) + 0.5;
    c.strokeStyle = colors.dim;
    c.setLineDash([3, 3]);
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(at, plot.top - 8);
    c.lineTo(at, plot.bottom);
    const y = Math.round(scale.y(bar[row.close])) + 0.5;
    c.moveTo(0, y);
    c.lineTo(plot.width, y);
    c.stroke();
    c.setLineDash([]);
    label(c, price(bar[row.close]), plot.width, y, width, colors.dim, colors.panel);
    const words = barTime(bar[row.time], this.#timeframe);
    const half = c.measureText(words).width / 2 + 11;
    const middle = Math.max(half, Math.min(plot.width - half, at));
    label(c, words, middle - half, height - foot / 2, middle + half, colors.dim, colors.panel);
  }
}

/** The line of an account's equity, its cash below, and where it began. */
export class Curve {
  #canvas; #points = []; #opening = null; #frame = 0; #colors;

  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.#colors = null; this.draw(); });
  }

  /** @param points [{at, equity, cash}], oldest first */
  show(points, opening) {
    this.#points = points;
    this.#opening = opening;
    this.draw();
  }

  draw() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#paint(); });
  }

  #paint() {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0 || height === 0) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const c = canvas.getContext('2d');
    const colors = this.#colors ??= readColors();
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.font = '11px ui-sans-serif, system-ui, sans-serif';
    if (this.#points.length < 2) {
      c.fillStyle = colors.dim;
      c.textAlign = 'center';
      c.fillText('No equity yet', width / 2, height / 2);
      return;
    }

    const points = this.#points;
    const values = points.map(point => point.equity);
    const low = Math.min(...values, this.#opening ?? Infinity);
    const high = Math.max(...values, this.#opening ?? -Infinity);
    const pad = (high - low) * 0.08 || Math.abs(high) * 0.001 || 1;
    const bottom = height - foot;
    const scale = linear(low - pad, high + pad, 10, bottom, 4);
    const from = Date.parse(points[0].at);
    const span = Math.max(1, Date.parse(points[points.length - 1].at) - from);
    const plot = width - axis;
    const x = point => ((Date.parse(point.at) - from) / span) * (plot - 6) + 3;
    const gain = values[values.length - 1] >= (this.#opening ?? values[0]);

    c.strokeStyle = colors.grid;
    c.fillStyle = colors.dim;
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    c.beginPath();
    for (const tick of scale.ticks) {
      const y = Math.round(scale.y(tick)) + 0.5;
      c.moveTo(0, y);
      c.lineTo(plot, y);
      c.fillText(compact(tick), plot + 6, y);
    }
    c.stroke();
    c.textAlign = 'left';
    c.fillText(points[0].at.slice(0, 10), 8, height - foot / 2);
    c.textAlign = 'right';
    c.fillText(points[points.length - 1].at.slice(0, 10), plot, height - foot / 2);

    c.beginPath();
    points.forEach((point, i) => (i === 0 ? c.moveTo(x(point), scale.y(point.equity)) : c.lineTo(x(point), scale.y(point.equity))));
    c.strokeStyle = gain ? colors.up : colors.down;
    c.lineWidth = 1.6;
    c.lineJoin = 'round';
    c.stroke();
    c.lineTo(x(points[points.length - 1]), bottom);
    c.lineTo(x(points[0]), bottom);
    c.fillStyle = gain ? colors.upSoft : colors.downSoft;
    c.fill();
    if (this.#opening != null) {
      c.strokeStyle = colors.dim;
      c.lineWidth = 1;
      c.setLineDash([3, 3]);
      const y = Math.round(scale.y(this.#opening)) + 0.5;
      c.beginPath();
      c.moveTo(0, y);
      c.lineTo(plot, y);
      c.stroke();
      c.setLineDash([]);
    }
    label(c, compact(values[values.length - 1]), plot, scale.y(values[values.length - 1]), width, gain ? colors.up : colors.down, colors.panel);
  }
}

function group(marks) {
  const groups = new Map();
  for (const mark of marks) {
    if (groups.has(mark.at)) groups.get(mark.at).push(mark);
    else groups.set(mark.at, [mark]);
  }
  return groups;
}

function priceScale(view, top, bottom) {
  const low = Math.min(...view.map(bar => bar[row.low]));
  const high = Math.max(...view.map(bar => bar[row.high]));
  const pad = (high - low) * 0.07 || Math.abs(high) * 0.002 || 1;
  return linear(low - pad, high + pad, top, bottom, Math.max(2, Math.floor((bottom - top) / 38)));
}

function linear(low, high, top, bottom, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(factor => factor * power).find(candidate => candidate >= rough);
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  return { ticks, y: value => bottom - ((value - low) / (high - low)) * (bottom - top) };
}

const compact = value => (Math.abs(value) >= 1e6 ? `${(value / 1e6).toFixed(3)}M` : value.toLocaleString('en-US', { maximumFractionDigits: 0 }));

function label(c, words, x, y, width, fill, ink) {
  c.fillStyle = fill;
  c.beginPath();
  c.roundRect(x + 1, y - 8, width - x - 2, 16, 3);
  c.fill();
  c.fillStyle = ink;
  c.textAlign = 'left';
  c.textBaseline = 'middle';
  c.font = '600 11px ui-sans-serif, system-ui, sans-serif';
  c.fillText(words, x + 6, y + 0.5);
  c.font = '11px ui-sans-serif, system-ui, sans-serif';
}

function triangle(c, x, y, size, down) {
  c.moveTo(x - size, y - size * down);
  c.lineTo(x + size, y - size * down);
  c.lineTo(x, y + size * down);
  c.closePath();
}

function diamond(c, x, y, size) {
  c.moveTo(x, y - size);
  c.lineTo(x + size, y);
  c.lineTo(x, y + size);
  c.lineTo(x - size, y);
  c.closePath();
}

function readColors() {
  const style = getComputedStyle(document.documentElement);
  const named = name => style.getPropertyValue(name).trim();
  return {
    text: named('--text'), dim: named('--dim'), line: named('--line'), grid: named('--grid'), panel: named('--panel'),
    up: named('--up'), down: named('--down'), upSoft: named('--up-soft'), downSoft: named('--down-soft'),
  };
}
