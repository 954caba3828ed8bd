import { type ReactNode, useState } from 'react';

export type Column<T> = {
  name: string;
  /** Of numbers. */
  right?: boolean;
  /** Left out where the screen is narrow. */
  wide?: boolean;
  cell: (row: T) => ReactNode;
  /** What rows are put in order by, where its name is pressed. */
  sort?: (row: T) => number | string;
  tone?: (row: T) => string;
};

type Properties<T> = {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  /** Where a row can be opened: its first cell is the button. */
  onOpen?: (row: T) => void;
  dim?: (row: T) => boolean;
};

/** A table that scrolls by itself, by keyboard too. */
export function Table<T>({ label, columns, rows, keyOf, onOpen, dim }: Properties<T>) {
  const of = ({ right, wide }: Column<T>) => `${right ? 'n' : ''} ${wide ? 'wide' : ''}`;
  const [order, setOrder] = useState<{ by: string; isDown: boolean } | null>(null);
  const key = columns.find(column => column.name === order?.by)?.sort;
  const shown = key ? [...rows].sort((a, b) => compare(key(a), key(b)) * (order?.isDown ? -1 : 1)) : rows;
  // The largest first, then the smallest, then as it was.
  const press = (by: string) => setOrder(order?.by !== by ? { by, isDown: true } : order.isDown ? { by, isDown: false } : null);
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column.name} scope="col" className={of(column)} aria-sort={order?.by === column.name ? (order.isDown ? 'descending' : 'ascending') : undefined}>
                {column.sort ? <button type="button" className="link" onClick={() => press(column.name)}>{column.name}{order?.by === column.name ? (order.isDown ? ' ↓' : ' ↑') : ''}</button> : column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(row => (
            <tr key={keyOf(row)} className={`${dim?.(row) ? 'dim' : ''} ${onOpen ? 'opens' : ''}`} onClick={onOpen && (() => onOpen(row))}>
              {columns.map((column, i) => (
                <td key={column.name} className={`${of(column)} ${column.tone?.(row) ?? ''}`}>
                  {onOpen && i === 0 ? (
                    <button
                      type="button"
                      className="link"
                      onClick={event => {
                        event.stopPropagation();
                        onOpen(row);
                      }}
                    >
                      {column.cell(row)}
                    </button>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? (Number.isNaN(a) ? -1 : a) - (Number.isNaN(b) ? -1 : b) : String(a).localeCompare(String(b));
}
