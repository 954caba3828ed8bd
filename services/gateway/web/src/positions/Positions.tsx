import { useQuery } from '@tanstack/react-query';
import type { Exposure, Portfolio, Position } from '../api/contracts';
import { portfolio as portfolioOf, portfolios, positions, statistics } from '../api/queries';
import { ratio, sign, subtract } from '../figures/decimal';
import { count, money, percent, price, quantity, ratioOf, signedMoney, signedPercent, utc } from '../figures/format';
import { Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { type Column, Table } from '../parts/Table';
import { gainTone } from '../parts/words';
import { useChoice } from '../shell/route';
import { EquityCurve } from './EquityCurve';
import { Reconciliation } from './Reconciliation';

/** What is held, what it is worth, and whether the venues agree. */
export default function Positions() {
  const read = useQuery(portfolios);
  const [wanted, choose] = useChoice('portfolio');
  const chosen = read.data?.find(each => each.portfolio === wanted) ?? read.data?.find(each => each.venue !== null) ?? read.data?.[0];
  return (
    <div className="stack">
      <Reconciliation />
      <Panel
        title="Portfolio"
        of={read}
        empty={all => all.length === 0 && 'No portfolio yet. Start a session with ./run, or configure an account.'}
        actions={
          chosen && (
            <select aria-label="Portfolio" value={chosen.portfolio} onChange={event => choose(event.target.value)}>
              {read.data?.map(({ portfolio: id, venue }) => <option key={id} value={id}>{venue ? `${id} at ${venue}` : id}</option>)}
            </select>
          )
        }
      >
        {() => chosen && <Balances of={chosen} />}
      </Panel>
      {chosen && <Held key={chosen.portfolio} id={chosen.portfolio} balances={chosen.balances} />}
    </div>
  );
}

function Balances({ of }: { of: Portfolio }) {
  return of.balances.map(({ currency, equity, opening, cash, realizedPnl, commission }) => {
    const gain = subtract(equity, opening);
    return (
      <Facts
        key={currency}
        className="figures"
        of={[
          [`Equity, ${currency}`, money(equity)],
          ['Profit and loss', `${signedMoney(gain)} (${signedPercent(ratio(gain, opening))})`, gainTone(gain)],
          ['Cash', money(cash)],
          ['Realized', signedMoney(realizedPnl), gainTone(realizedPnl)],
          ['Commission', money(commission)],
          ['Valued, UTC', of.asOf ? utc(of.asOf).slice(0, 16) : '–'],
        ]}
      />
    );
  });
}

const isHeld = ({ quantity: held }: Position): boolean => sign(held) !== 0;

const columns: Column<Position>[] = [
  { name: 'Instrument', cell: each => each.instrument },
  { name: 'Quantity', right: true, cell: each => quantity(each.quantity) },
  { name: 'Average', right: true, wide: true, cell: each => (isHeld(each) ? price(each.averagePrice) : '–') },
  { name: 'Last', right: true, cell: each => price(each.lastPrice) },
  { name: 'Unrealized', right: true, cell: each => signedMoney(each.unrealizedPnl), tone: each => gainTone(each.unrealizedPnl) },
  { name: 'Realized', right: true, cell: each => signedMoney(each.realizedPnl), tone: each => gainTone(each.realizedPnl) },
  { name: 'Currency', wide: true, cell: each => <span className="dim">{each.currency}</span> },
  { name: 'Changed, UTC', right: true, wide: true, cell: each => <span className="dim">{utc(each.updatedAt).slice(0, 16)}</span> },
];

function Held({ id, balances }: { id: string; balances: Portfolio['balances'] }) {
  const read = useQuery(positions(id));
  const open = (all: Position[]) => all.filter(isHeld).length;
  return (
    <div className="screen">
      <Panel
        title="Positions"
        of={read}
        className="span-8 wide-too tall"
        count={all => `${count(open(all))} open, ${count(all.length - open(all))} closed`}
        empty={all => all.length === 0 && 'Nothing was ever held here.'}
      >
        {all => <Table label="Positions" columns={columns} rows={all} keyOf={each => each.instrument} dim={each => !isHeld(each)} />}
      </Panel>
      <div className="span-4 wide-too stack">
        <EquityCurve id={id} balances={balances} />
        <Exposures id={id} />
        <HowItDid id={id} />
      </div>
    </div>
  );
}

function Exposures({ id }: { id: string }) {
  const read = useQuery(portfolioOf(id));
  const share = (value: Exposure['grossShare']) => (value === null ? '' : ` (${percent(value, 0)})`);
  return (
    <Panel title="Exposure" of={read} empty={({ exposures }) => exposures.length === 0 && 'Nothing is exposed.'}>
      {({ exposures }) =>
        exposures.map(({ currency, gross, net, grossShare, netShare, unrealizedPnl }) => (
          <Facts
            key={currency}
            className="rows"
            of={[
              [`Gross, ${currency}`, `${money(gross)}${share(grossShare)}`],
              [`Net, ${currency}`, `${money(net)}${share(netShare)}`],
              [`Unrealized, ${currency}`, signedMoney(unrealizedPnl), gainTone(unrealizedPnl)],
            ]}
          />
        ))
      }
    </Panel>
  );
}

function HowItDid({ id }: { id: string }) {
  const read = useQuery(statistics(id));
  return (
    <Panel title="Statistics" of={read} staleAfterMs={70_000} empty={all => all.every(each => each.trades === '0') && 'No trade was closed yet.'}>
      {all =>
        all.filter(each => each.trades !== '0').map(each => (
          <Facts
            key={each.currency}
            className="rows"
            of={[
              [`Return, ${each.currency}`, signedPercent(each.totalReturn), gainTone(each.totalReturn)],
              ['Trades', quantity(each.trades)],
              ['Won', percent(each.winRate)],
              ['Profit factor', ratioOf(each.profitFactor)],
              ['Sharpe', ratioOf(each.sharpe)],
              ['Sortino', ratioOf(each.sortino)],
              ['Largest drawdown', percent(each.maxDrawdown)],
            ]}
          />
        ))
      }
    </Panel>
  );
}
