import { useQuery } from '@tanstack/react-query';
import type { NamedValue, Order, Signal } from '../api/contracts';
import { orderEvents, ordersOfSession } from '../api/queries';
import { barTime, inZone, latency, measure, none, price, quantity, quoted, share, utcClock, zoneOf } from '../figures/format';
import { pathOfOrder } from '../orders/names';
import { tell } from '../orders/story';
import { Dialog } from '../parts/Dialog';
import { Facts } from '../parts/Facts';
import { Meter } from '../parts/Meter';
import { Panel } from '../parts/Panel';
import { OrderPill, Pill, sideTone } from '../parts/words';
import { Link } from '../shell/Link';

/** Why a signal was raised, what would have flipped it, and what came of it. */
export function SignalDrawer({ signal, onClose }: { signal: Signal; onClose: () => void }) {
  const { inputs, rules, scoreParts } = signal.explanation;
  const zone = zoneOf(signal.instrument);
  return (
    <Dialog drawer title={<><span className={sideTone(signal.direction)}>{signal.direction}</span> {signal.instrument}</>} onClose={onClose}>
      <p className="said">{signal.rationale}</p>
      {signal.flipClose !== null && <p className="said flip">What would have flipped it: a close at {quoted(signal.flipClose)}, {share(signal.flipClose / signal.close - 1, 2)} from its own.</p>}
      <Facts
        className="grid"
        of={[
          ['Score', share(signal.score, 1)],
          ['Quality', share(signal.quality, 1)],
          ['Regime', signal.regime],
          ['Condition', signal.condition ?? none],
          ['Bar, UTC', `${barTime(signal.barClose, signal.timeframe)}, ${signal.timeframe}`],
          zone !== 'UTC' && ['At the exchange', inZone(signal.barClose, zone)],
          ['Close', quoted(signal.close)],
          ['Target', quoted(signal.target)],
          ['Stop', quoted(signal.stop)],
          ['At risk', share(signal.riskPercent === null ? null : signal.riskPercent / 100, 2)],
          ['Would flip at', quoted(signal.flipClose)],
          ['Stale after', signal.expiryBars > 0 ? `${signal.expiryBars} bars` : 'never'],
          ['Volume score', share(signal.volumeScore, 1)],
          ['Won in backtest', share(signal.backtestWinRate, 1)],
          ['Profit factor there', measure(signal.backtestProfitFactor, 3)],
          ['Latency', latency(signal.latencyMs)],
          ['Strategy', signal.strategy],
          signal.parameters !== null && ['Parameters', <span key="parameters" className="mono">{signal.parameters}</span>],
          ['Session', <span key="session" className="mono">{signal.sessionId}</span>],
        ]}
      />
      <h3>Rules</h3>
      <div className="scroll">
        <table>
          <tbody>
            {rules.map(({ rule, held }) => (
              <tr key={rule} className={held ? '' : 'dim'}><td>{rule}</td><td className={`n ${held ? 'up' : ''}`}>{held ? '✓ held' : '✗ did not hold'}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>Parts of the score</h3>
      <ScoreParts of={scoreParts} />
      <h3>Inputs</h3>
      <div className="scroll">
        <table><tbody>{inputs.map(({ name, value }) => <tr key={name}><td>{name}</td><td className="n">{measure(value)}</td></tr>)}</tbody></table>
      </div>
      <WhatCameOfIt signal={signal} />
    </Dialog>
  );
}

function ScoreParts({ of }: { of: NamedValue[] }) {
  const largest = Math.max(...of.map(part => Math.abs(part.value ?? 0)), Number.EPSILON);
  return (
    <div className="parts">
      {of.map(({ name, value }) => (
        <PartRow key={name} name={name} value={value} largest={largest} />
      ))}
    </div>
  );
}

function PartRow({ name, value, largest }: NamedValue & { largest: number }) {
  return (
    <>
      <span>{name}</span>
      <Meter value={Math.abs(value ?? 0) / largest} tone={value !== null && value < 0 ? 'bad' : ''} />
      <b className="n">{measure(value, 3)}</b>
    </>
  );
}

/** What happened to an order, step by step, and the trace that all of it belongs to. */
function Chain({ order }: { order: Order }) {
  const { data: events, error } = useQuery(orderEvents(order.orderId));
  if (!events) return error && <small className="why">What happened to it could not be read: {error.message}</small>;

  return (
    <ol className="chain" aria-label="Decision chain">
      {events.map(event => {
        const { what, tone, detail } = tell(event);
        return <li key={event.position} className={tone} title={detail ?? undefined}><b>{what}</b> <time dateTime={event.at}>{utcClock(event.at)}</time></li>;
      })}
      {events[0]?.correlationId && <li className="mono">trace {events[0].correlationId}</li>}
    </ol>
  );
}

/** From the signal to its orders, and on to what each traded. */
function WhatCameOfIt({ signal }: { signal: Signal }) {
  const read = useQuery(ordersOfSession(signal.sessionId));
  const of = (all: Order[]) => all.filter(order => order.signalId === signal.signalId);
  return (
    <Panel title="What came of it" of={read} className="flat" staleAfterMs={120_000} empty={all => of(all).length === 0 && `No order among the newest ${all.length} of the session came of it.`}>
      {all => (
        <ul className="rows came">
          <li><Pill tone="info">Signal</Pill><span className="what">{signal.direction} at {quoted(signal.close)}</span><span /><small className="mono">{signal.signalId}</small></li>
          {of(all).map(order => (
            <li key={order.orderId}>
              <OrderPill status={order.status} reason={order.reason} />
              <span className="what"><span className={sideTone(order.side)}>{order.side}</span> {quantity(order.quantity)} on {order.account}</span>
              <Link to={pathOfOrder(order)}>Timeline</Link>
              <small>{order.reason ?? `${quantity(order.filled)} filled at ${price(order.averagePrice)}`}</small>
              <Chain order={order} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
