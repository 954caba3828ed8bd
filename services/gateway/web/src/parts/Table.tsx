import type { ReactNode } from 'react';

export type Column<T> = {
  name: string;
  /** Of numbers. */
  right?: boolean;
  /** Left out where the screen is narrow. */
  wide?: boolean;
  cell: (row: T) => ReactNode;
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
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>{columns.map(column => <th key={column.name} scope="col" className={of(column)}>{column.name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(row => (
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
