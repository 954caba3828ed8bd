import type { Order } from '../api/contracts';

const fields = [
  'requestedAt', 'updatedAt', 'orderId', 'account', 'strategy', 'instrument', 'side', 'type', 'quantity', 'filled', 'averagePrice', 'commission', 'status',
  'code', 'reason', 'signalId',
] as const satisfies (keyof Order)[];

/** RFC 4180; what a spreadsheet would take for a formula is quoted from it. */
export function csvOf(orders: Order[]): string {
  return [fields.join(','), ...orders.map(order => fields.map(field => cell(order[field])).join(','))].join('\r\n');
}

function cell(value: string | null): string {
  if (value === null) return '';

  const safe = /^[=@\t\r]|^[+-](?![\d.]+$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function download(name: string, orders: Order[]): void {
  const file = URL.createObjectURL(new Blob([csvOf(orders)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = file;
  link.download = name;
  link.click();
  URL.revokeObjectURL(file);
}
