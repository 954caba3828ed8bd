import {
  CandlestickSeries, createChart, createSeriesMarkers, HistogramSeries, type IChartApi, type ISeriesApi, type ISeriesMarkersPluginApi, type SeriesMarker,
  type Time, type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import type { Bars } from '../api/contracts';
import { barTime, measure } from '../figures/format';
import { barOf, type Mark } from './marks';

type Drawn = { chart: IChartApi; candles: ISeriesApi<'Candlestick'>; volume: ISeriesApi<'Histogram'>; marks: ISeriesMarkersPluginApi<Time> };

/** Bars as candles over their volume. What it draws is said in words below, for who does not see it. */
export function Candles({ of, timeframe, marks }: { of: Bars; timeframe: string; marks: Mark[] }) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn>(null);
  const fitted = useRef(false);
  const [read, setRead] = useState<number | null>(null);
  const scheme = useScheme();

  useEffect(() => {
    if (!place.current) return;

    const chart = createChart(place.current, {
      autoSize: true,
      // Its own logo brings a style sheet along, which the content security policy does not let in; the notice is below.
      layout: { attributionLogo: false, background: { color: 'transparent' }, fontSize: 11 },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, timeVisible: true },
      localization: { locale: 'en-GB' },
    });
    const candles = chart.addSeries(CandlestickSeries, { borderVisible: false });
    const volume = chart.addSeries(HistogramSeries, { priceScaleId: 'volume', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    drawn.current = { chart, candles, volume, marks: createSeriesMarkers(candles) };
    chart.subscribeCrosshairMove(move => setRead(move.logical === undefined ? null : Number(move.logical)));
    return () => {
      drawn.current = null;
      fitted.current = false;
      chart.remove();
    };
  }, []);

  useEffect(() => {
    if (drawn.current) paint(drawn.current);
  }, [scheme]);

  useEffect(() => {
    if (!drawn.current) return;

    const { chart, candles, volume } = drawn.current;
    const seconds = of.closeMs.map(at => Math.floor(at / 1000) as UTCTimestamp);
    candles.setData(seconds.map((time, i) => ({ time, open: of.open[i] ?? 0, high: of.high[i] ?? 0, low: of.low[i] ?? 0, close: of.close[i] ?? 0 })));
    volume.setData(seconds.map((time, i) => ({ time, value: of.volume[i] ?? 0 })));
    if (!fitted.current) chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, seconds.length - 160), to: seconds.length + 4 });
    fitted.current = true;
  }, [of]);

  useEffect(() => {
    drawn.current?.marks.setMarkers(markersOf(marks, of.closeMs));
  }, [marks, of]);

  const row = read !== null && read >= 0 && read < of.closeMs.length ? read : of.closeMs.length - 1;
  return (
    <>
      <p className="legend">
        <span>{barTime(new Date(of.closeMs[row] ?? 0).toISOString(), timeframe)} UTC</span>
        {(['open', 'high', 'low', 'close', 'volume'] as const).map(name => <span key={name}>{name[0]?.toUpperCase()} <b>{measure(of[name][row], 8)}</b></span>)}
      </p>
      <div ref={place} className="canvas" role="img" aria-label={`${of.closeMs.length} bars; the last closed at ${measure(of.close.at(-1), 8)}`} />
      <p className="note key">
        <span><span className="up">▲</span> long</span><span><span className="down">▼</span> short</span><span>■ flat</span>
        <span><span className="up">●</span> bought</span><span><span className="down">●</span> sold</span>
        <span className="notice">TradingView Lightweight Charts™ Copyright © 2025 TradingView, Inc. <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">tradingview.com</a></span>
      </p>
    </>
  );
}

function markersOf(marks: Mark[], closes: number[]): SeriesMarker<Time>[] {
  const [up, down, dim] = [colour('--up'), colour('--down'), colour('--dim')];
  const looks = {
    long: { position: 'belowBar', shape: 'arrowUp', color: up }, short: { position: 'aboveBar', shape: 'arrowDown', color: down },
    flat: { position: 'aboveBar', shape: 'square', color: dim }, bought: { position: 'belowBar', shape: 'circle', color: up },
    sold: { position: 'aboveBar', shape: 'circle', color: down },
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
  chart.applyOptions({ layout: { textColor: text }, grid: { vertLines: { color: line }, horzLines: { color: line } } });
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
