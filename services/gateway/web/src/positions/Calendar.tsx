import { useQuery } from '@tanstack/react-query';
import type { Portfolio } from '../api/contracts';
import { equity } from '../api/queries';
import { daysOf, type Day } from '../figures/days';
import { sign } from '../figures/decimal';
import { signedMoney, signedPercent } from '../figures/format';
import { Panel } from '../parts/Panel';

const most = 26; // weeks
const dayMs = 86_400_000;
const full = 0.02; // of a day's share, at which its colour is whole

/** What each day brought, a column a week, Monday on top. */
export function Calendar({ id, balances }: { id: string; balances: Portfolio['balances'] }) {
  const balance = balances.find(each => each.equity !== each.opening) ?? balances[0];
  const whole = useQuery(equity(id));
  const newest = whole.data?.findLast(point => point.currency === balance?.currency)?.at;
  const from = newest === undefined ? undefined : new Date(mondayOf(Date.parse(newest)) - (most - 1) * 7 * dayMs).toISOString();
  // Of the weeks that are shown alone: the curve of all time is thinned.
  const read = useQuery({ ...equity(id, from), enabled: from !== undefined });
  const all = read.data?.filter(point => point.currency === balance?.currency) ?? [];
  const days = daysOf(all, undefined);
  return (
    <Panel title="Calendar" of={from === undefined ? whole : read} count={() => `${most} weeks, by the day`} staleAfterMs={40_000} empty={() => days.length < 2 && 'Not enough days yet.'}>
      {() => (
        <>
          <Weeks days={days} />
          <p className="note">{summaryOf(days)}</p>
        </>
      )}
    </Panel>
  );
}

function mondayOf(at: number): number {
  const day = Math.floor(at / dayMs) * dayMs;
  return day - ((new Date(day).getUTCDay() + 6) % 7) * dayMs;
}

function summaryOf(days: Day[]): string {
  const [best, worst] = [...days].sort((a, b) => Number(b.share) - Number(a.share)).filter((_, i, all) => i === 0 || i === all.length - 1);
  const up = days.filter(day => sign(day.gain) > 0).length;
  return `${up} of ${days.length} days up. Best ${best?.date}: ${signedPercent(best?.share)}; worst ${worst?.date}: ${signedPercent(worst?.share)}.`;
}

function Weeks({ days }: { days: Day[] }) {
  const known = new Map(days.map(day => [day.date, day]));
  const first = mondayOf(Date.parse(days[0]?.date ?? ''));
  const weeks = Math.min(most, Math.floor((Date.parse(days.at(-1)?.date ?? '') - first) / (7 * dayMs)) + 1);
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Calendar">
      <table className="calendar">
        <tbody>
          {['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((name, weekday) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {Array.from({ length: weeks }, (_, week) => {
                const date = new Date(first + (week * 7 + weekday) * dayMs).toISOString().slice(0, 10);
                return <Cell key={date} date={date} day={known.get(date)} />;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ date, day }: { date: string; day: Day | undefined }) {
  if (!day) return <td title={date} />;

  const strength = Math.min(4, Math.ceil((Math.abs(Number(day.share ?? 0)) / full) * 4));
  const words = `${date}: ${signedMoney(day.gain)} (${signedPercent(day.share)})`;
  return <td className={`${sign(day.gain) > 0 ? 'rise' : sign(day.gain) < 0 ? 'fall' : 'still'} s${strength}`} title={words}><span className="only-read">{words}</span></td>;
}
