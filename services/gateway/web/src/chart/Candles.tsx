import {
  CandlestickSeries, createChart, createSeriesMarkers, HistogramSeries, type IChartApi, type IPriceLine, type ISeriesApi, type ISeriesMarkersPluginApi, LineSeries, LineStyle,
  type SeriesMarker, type Time, type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Bars } from '../api/contracts';
import { barTime, measure, quoted, share } from '../figures/format';
import { type Drawing, type Indicator, indicators as all } from './indicators';
import { barOf, type Mark } from './marks';

/** A price that something hangs on. */
export type PriceLine = {
  id: string;
  price: number;
  label: string;
  tone: 'up' | 'down' | 'accent' | 'warn';
  /** Called with where it was dragged to; without, it stays where it is. */
  onMove?: (price: number) => void;
};

type Line = ISeriesApi<'Line'> | ISeriesApi<'Histogram'>;
type Drawn = {
  chart: IChartApi;
  candles: ISeriesApi<'Candlestick'>;
  volume: ISeriesApi<'Histogram'>;
  marks: ISeriesMarkersPluginApi<Time>;
  over: Map<string, Line>;
  lines: Map<string, IPriceLine>;
};

type Properties = {
  of: Bars;
  timeframe: string;
  marks: Mark[];
  indicators?: string[];
  lines?: PriceLine[];
  /** Whether all bars are in sight at first, and not the newest alone. */
  isWhole?: boolean;
  /** Called when the oldest bars come into sight; without, there are no older ones. */
  onOldest?: () => void;
};

const near = 7; // px within which a pointer takes hold of a line
const oldest = 20; // bars from the first
const none: never[] = [];

/** Bars as candles over their volume. What it draws is said in words below, for who does not see it. */
export function Candles({ of, timeframe, marks, indicators = none, lines = none, isWhole = false, onOldest }: Properties) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn>(null);
  const shown = useRef<Bars>(null);
  const [read, setRead] = useState<number | null>(null);
  const scheme = useScheme();
  const chosen = useMemo(() => all.filter(each => indicators.includes(each.id)), [indicators]);
  const drawings = useMemo(() => chosen.map(each => ({ indicator: each, drawings: each.of(of) })), [chosen, of]);

  useEffect(() => {
    if (!place.current) return;

    const chart = createChart(place.current, {
      autoSize: true,
      // Its own logo brings a style sheet along, which the content security policy does not let in; the notice is below.
      layout: { attributionLogo: false, background: { color: 'transparent' }, fontSize: 11, panes: { enableResize: false } },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, timeVisible: true, minBarSpacing: 0.05 },
      localization: { locale: 'en-GB' },
    });
    const candles = chart.addSeries(CandlestickSeries, { borderVisible: false });
    const volume = chart.addSeries(HistogramSeries, { priceScaleId: 'volume', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    drawn.current = { chart, candles, volume, marks: createSeriesMarkers(candles), over: new Map(), lines: new Map() };
    chart.subscribeCrosshairMove(move => setRead(move.logical === undefined ? null : Number(move.logical)));
    return () => {
      drawn.current = null;
      shown.current = null;
      chart.remove();
    };
  }, []);

  useEffect(() => {
    if (!drawn.current) return;

    show(drawn.current, of, shown.current, isWhole);
    shown.current = of;
  }, [of, isWhole]);

  useEffect(() => {
    if (drawn.current) overlay(drawn.current, drawings, of);
  }, [drawings, of, scheme]);

  useEffect(() => {
    if (drawn.current) paint(drawn.current);
  }, [scheme]);

  useEffect(() => {
    drawn.current?.marks.setMarkers(markersOf(marks, of.closeMs));
  }, [marks, of, scheme]);

  useEffect(() => {
    if (drawn.current) rule(drawn.current, lines);
  }, [lines, scheme]);

  useEffect(() => {
    const scale = drawn.current?.chart.timeScale();
    if (!scale || !onOldest) return;

    const look = () => (scale.getVisibleLogicalRange()?.from ?? Infinity) < oldest && onOldest();
    scale.subscribeVisibleLogicalRangeChange(look);
    return () => scale.unsubscribeVisibleLogicalRangeChange(look);
  }, [onOldest]);

  useDragging(place, drawn, lines);

  const row = read !== null && read >= 0 && read < of.closeMs.length ? read : of.closeMs.length - 1;
  const before = of.close[row - 1];
  const change = before === undefined || before === 0 ? null : (of.close[row] ?? 0) / before - 1;
  return (
    <>
      <p className="legend">
        <span>{barTime(new Date(of.closeMs[row] ?? 0).toISOString(), timeframe)} UTC</span>
        {(['open', 'high', 'low', 'close'] as const).map(name => <span key={name}>{name[0]?.toUpperCase()} <b>{quoted(of[name][row])}</b></span>)}
        <span>V <b>{measure(of.volume[row], 8)}</b></span>
        {change !== null && <b className={change >= 0 ? 'up' : 'down'}>{change >= 0 ? '+' : ''}{share(change, 2)}</b>}
        {drawings.flatMap(each => each.drawings).map(({ name, values }) => <span key={name}>{name} <b>{measure(values[row], 6)}</b></span>)}
      </p>
      <div ref={place} className={`canvas ${chosen.some(each => each.isBelow) ? 'deep' : ''}`} role="img" aria-label={`${of.closeMs.length} bars; the last closed at ${measure(of.close.at(-1), 8)}`} />
      <p className="note key">
        <span><span className="up">▲</span> long</span><span><span className="down">▼</span> short</span><span>■ flat</span>
        <span><span className="up">●</span> bought</span><span><span className="down">●</span> sold</span>
        <span className="notice">TradingView Lightweight Charts™ Copyright © 2025 TradingView, Inc. <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">tradingview.com</a></span>
      </p>
    </>
  );
}

const secondsOf = (of: Bars): UTCTimestamp[] => of.closeMs.map(at => Math.floor(at / 1000) as UTCTimestamp);

function show({ chart, candles, volume }: Drawn, of: Bars, before: Bars | null, isWhole: boolean): void {
  const candle = (i: number, time: UTCTimestamp) => ({ time, open: of.open[i] ?? 0, high: of.high[i] ?? 0, low: of.low[i] ?? 0, close: of.close[i] ?? 0 });
  const seconds = secondsOf(of);
  const known = before?.closeMs.length ?? 0;
  // A few more at the end are added; anything else is another picture.
  if (before && known > 0 && of.closeMs[0] === before.closeMs[0] && of.closeMs[known - 1] === before.closeMs[known - 1] && of.closeMs.length - known < 200) {
    for (let i = known - 1; i < seconds.length; i++) {
      const time = seconds[i] as UTCTimestamp;
      candles.update(candle(i, time));
      volume.update({ time, value: of.volume[i] ?? 0 });
    }

    return;
  }

  candles.setData(seconds.map((time, i) => candle(i, time)));
  volume.setData(seconds.map((time, i) => ({ time, value: of.volume[i] ?? 0 })));
  if (!before && isWhole) chart.timeScale().fitContent();
  else if (!before) chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, seconds.length - 160), to: seconds.length + 4 });
}

const colours = { first: '--accent', second: '--warn', third: '--violet', soft: '--field', columns: '--field' } as const;

function overlay({ chart, over }: Drawn, wanted: { indicator: Indicator; drawings: Drawing[] }[], of: Bars): void {
  const seconds = secondsOf(of);
  const below = wanted.filter(each => each.indicator.isBelow);
  const kept = new Set<string>();
  for (const { indicator, drawings } of wanted) {
    const pane = indicator.isBelow ? 1 + below.findIndex(each => each.indicator === indicator) : 0;
    for (const { name, values, look } of drawings) {
      const key = `${indicator.id} ${name} ${pane}`;
      kept.add(key);
      const own = { priceLineVisible: false, lastValueVisible: indicator.isBelow, color: colour(colours[look]) };
      const series = over.get(key) ?? (look === 'columns' ? chart.addSeries(HistogramSeries, own, pane) : chart.addSeries(LineSeries, { ...own, lineWidth: 1, crosshairMarkerVisible: false }, pane));
      over.set(key, series);
      series.applyOptions(own);
      series.setData(seconds.flatMap((time, i) => (values[i] == null ? [] : [{ time, value: values[i] }])));
    }
  }

  for (const [key, series] of over) {
    if (kept.has(key)) continue;

    chart.removeSeries(series);
    over.delete(key);
  }

  chart.panes().forEach((pane, i) => pane.setStretchFactor(i === 0 ? 3 : 1));
}

function rule({ candles, lines }: Drawn, wanted: PriceLine[]): void {
  for (const { id, price, label, tone, onMove } of wanted) {
    const options = { price, title: onMove ? `${label} ↕` : label, color: colour(`--${tone}`), lineWidth: 1 as const, lineStyle: onMove ? LineStyle.Dashed : LineStyle.Dotted, axisLabelVisible: true };
    const known = lines.get(id);
    if (known) known.applyOptions(options);
    else lines.set(id, candles.createPriceLine(options));
  }

  for (const [id, line] of lines) {
    if (wanted.some(each => each.id === id)) continue;

    candles.removePriceLine(line);
    lines.delete(id);
  }
}

/** Lines that may be moved are taken by the pointer; every one of them has a field in which its price can be typed. */
function useDragging(place: React.RefObject<HTMLDivElement | null>, drawn: React.RefObject<Drawn | null>, lines: PriceLine[]): void {
  const current = useRef(lines);
  current.current = lines;
  useEffect(() => {
    const element = place.current;
    if (!element) return;

    let held: PriceLine | null = null;
    const yOf = (event: PointerEvent) => event.clientY - element.getBoundingClientRect().top;
    const lineAt = (event: PointerEvent): PriceLine | undefined =>
      current.current.find(line => line.onMove && Math.abs((drawn.current?.candles.priceToCoordinate(line.price) ?? Infinity) - yOf(event)) <= near);
    const scroll = (may: boolean) => drawn.current?.chart.applyOptions({ handleScroll: may, handleScale: may });
    const down = (event: PointerEvent) => {
      held = lineAt(event) ?? null;
      if (!held) return;

      element.setPointerCapture(event.pointerId);
      scroll(false);
    };
    const move = (event: PointerEvent) => {
      element.classList.toggle('movable', held !== null || lineAt(event) !== undefined);
      const price = held && drawn.current?.candles.coordinateToPrice(yOf(event));
      if (held && price) drawn.current?.lines.get(held.id)?.applyOptions({ price });
    };
    // Until somebody says that it is elsewhere, it is where it was.
    const letGo = (): PriceLine | null => {
      const line = held;
      held = null;
      if (line) {
        scroll(true);
        drawn.current?.lines.get(line.id)?.applyOptions({ price: line.price });
      }

      return line;
    };
    const up = (event: PointerEvent) => {
      const price = drawn.current?.candles.coordinateToPrice(yOf(event));
      const line = letGo();
      if (price && price > 0) line?.onMove?.(price);
    };
    // A finger on a line moves the line and not the page.
    const touch = (event: TouchEvent) => held && event.preventDefault();
    const leaving = new AbortController();
    const how = { capture: true, signal: leaving.signal };
    element.addEventListener('pointerdown', down, how);
    element.addEventListener('pointermove', move, how);
    element.addEventListener('pointerup', up, how);
    element.addEventListener('pointercancel', letGo, how);
    element.addEventListener('touchmove', touch, { ...how, passive: false });
    return () => leaving.abort();
  }, [place, drawn]);
}

function markersOf(marks: Mark[], closes: number[]): SeriesMarker<Time>[] {
  const [up, down, dim, warn] = [colour('--up'), colour('--down'), colour('--dim'), colour('--warn')];
  const looks = {
    long: { position: 'belowBar', shape: 'arrowUp', color: up }, short: { position: 'aboveBar', shape: 'arrowDown', color: down },
    flat: { position: 'aboveBar', shape: 'square', color: dim }, bought: { position: 'belowBar', shape: 'circle', color: up },
    sold: { position: 'aboveBar', shape: 'circle', color: down }, ordered: { position: 'inBar', shape: 'square', color: dim },
    split: { position: 'aboveBar', shape: 'square', color: warn, text: 'S' }, dividend: { position: 'aboveBar', shape: 'square', color: warn, text: 'D' },
  } as const;
  return marks
    .flatMap(({ at, kind }) => {
      const bar = barOf(at, closes);
      return bar === null ? [] : [{ time: Math.floor(bar / 1000) as UTCTimestamp, ...looks[kind], size: 0.8 }];
    })
    .sort((a, b) => a.time - b.time);
}

function paint({ chart, candles, volume }: Drawn): void {
  const [text, line, up, down] = [colour('--dim'), colour('--faint'), colour('--up'), colour('--down')];
  chart.applyOptions({ layout: { textColor: text, panes: { separatorColor: line, separatorHoverColor: line } }, grid: { vertLines: { color: line }, horzLines: { color: line } } });
  candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
  volume.applyOptions({ color: colour('--line') });
}

// The tokens are pairs of light and dark: which one counts, only an element that wears it knows.
function colour(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const worn = getComputedStyle(probe).color;
  probe.remove();
  return worn;
}

/** Changes whenever the page turns light or dark. */
function useScheme(): string {
  const [scheme, setScheme] = useState('');
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const look = () => setScheme(`${media.matches} ${document.documentElement.dataset['theme'] ?? ''}`);
    const observer = new MutationObserver(look);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    media.addEventListener('change', look);
    look();
    return () => {
      observer.disconnect();
      media.removeEventListener('change', look);
    };
  }, []);
  return scheme;
}
