import type { Backtest, Models, Sweep } from '../api/contracts';
import type { Fact } from '../parts/Facts';

/** What a model is called, the unit of what is filled in, and how that looks. */
const fields: Record<keyof Models, [name: string, unit: string, example: string]> = {
  commission: ['Commission', '% of the worth, or money a share', '0.1% or 0.005/share'],
  slippage: ['Slippage', 'price, or basis points', '0.01 or spread=2'],
  latency: ['Latency', 'ms', '250'],
  participation: ['Participation', '% of a bar’s volume', '10'],
  balance: ['Opening balance', 'of each currency', '100000'],
  size: ['Size of an entry', '% of equity', '10'],
  position: ['Largest position', '% of equity', '25'],
  margin: ['Margin', '% to open / to keep', '50/25'],
  borrow: ['Borrowing', '% a year', '3%'],
};

const names = Object.keys(fields) as (keyof Models)[];
const texts: ReadonlySet<string> = new Set<keyof Models>(['commission', 'slippage', 'margin', 'borrow']);

/** How it trades, for a form: what is left empty is as a paper account has it. */
export function ModelFields() {
  return (
    <details className="whole models">
      <summary>Costs and size</summary>
      <div className="ticket">
        {names.map(name => {
          const [words, unit, example] = fields[name];
          return <label key={name}>{words}, {unit}<input name={`models.${name}`} placeholder={example} inputMode={texts.has(name) ? 'text' : 'decimal'} autoComplete="off" spellCheck={false} className="n" /></label>;
        })}
        <p className="note whole">What is left empty is as a paper account has it.</p>
      </div>
    </details>
  );
}

/** A field as it was filled in, to its last digit; nothing where it was left empty. */
export const filledIn = (form: FormData, name: string): string | undefined => String(form.get(name) ?? '').trim() || undefined;

/** What was filled in, as the service takes it; nothing where nothing was. */
export function modelsOf(form: FormData): { models?: Partial<Record<keyof Models, string>> } {
  const given = names.flatMap(name => filledIn(form, `models.${name}`) === undefined ? [] : [[name, filledIn(form, `models.${name}`)]]);
  return given.length === 0 ? {} : { models: Object.fromEntries(given) as Partial<Record<keyof Models, string>> };
}

/** The models that ran, for a report. */
export function modelFacts(models: Sweep['request']['models'] | Backtest['request']['models']): Fact[] {
  const given = names.filter(name => models?.[name] != null);
  return given.length === 0
    ? [['Costs and size', 'as a paper account']]
    : given.map(name => [fields[name][0], texts.has(name) ? models?.[name] : `${models?.[name]} ${fields[name][1]}`]);
}
