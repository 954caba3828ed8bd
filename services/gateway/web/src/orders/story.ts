// An order's stored events in words. The log is the truth; this only reads it aloud.

import type { OrderEvent } from '../api/contracts';
import { type Decimal, parseExact } from '../api/exactJson';
import { price, quantity } from '../figures/format';

export type Chapter = { what: string; detail: string | null; tone: '' | 'good' | 'bad' | 'warn' | 'info' };

type Fields = Record<string, Decimal | null | undefined>;

type Telling = (data: Fields & { Intent?: Fields }) => Chapter;

const told = (what: string, tone: Chapter['tone'] = '', detail: string | null | undefined = null): Chapter => ({ what, tone, detail: detail || null });

const asked: Telling = ({ Intent: intent = {} }) => {
  const prices = [
    intent['LimitPrice'] && `limit ${price(intent['LimitPrice'])}`,
    intent['StopPrice'] && `stop ${price(intent['StopPrice'])}`,
    intent['TrailBy'] && `trailing by ${price(intent['TrailBy'])}`,
    intent['TimeInForce'] && intent['TimeInForce'],
  ].filter(Boolean);
  return told('Requested', '', `${intent['Side']} ${quantity(intent['Quantity'])} ${intent['Instrument']}, ${intent['Type']}${prices.length > 0 ? `, ${prices.join(', ')}` : ''}`);
};

const tellings: Record<string, Telling> = {
  order_requested: asked,
  order_approved: () => told('Risk approved it', 'info'),
  order_denied: data => told('Denied by risk', 'bad', `${data['Reason']} (${data['Code']})`),
  order_submitted: () => told('On its way to the venue', 'info'),
  order_accepted: data => told('The venue has it', 'info', data['VenueOrderId'] && `as ${data['VenueOrderId']}`),
  order_rejected: data => told('Rejected by the venue', 'bad', data['Reason']),
  order_filled: data =>
    told(
      data['Leaves'] && /[1-9]/.test(data['Leaves']) ? 'Filled in part' : 'Filled',
      'good',
      `${quantity(data['Quantity'])} at ${price(data['Price'])}${data['Leaves'] ? `, ${quantity(data['Leaves'])} left` : ''}, trade ${data['TradeId']}`,
    ),
  order_overfilled: data => told('The venue traded too much', 'bad', `${quantity(data['Excess'])} more than was asked for`),
  order_became_unknown: data => told('In doubt: it may be at the venue', 'bad', data['Reason']),
  order_reconciled: data => told('The doubt is settled', 'info', data['Finding']),
  order_cancel_requested: data => told('Asked to be taken back', 'warn', data['Reason']),
  order_cancel_refused: data => told('The venue keeps it', 'warn', data['Reason']),
  order_canceled: data => told('Canceled', 'warn', data['Reason']),
  order_expired: data => told('Expired', 'warn', data['Reason']),
  order_replace_requested: data => told('A change was asked for', '', changeOf(data)),
  order_replaced: data => told('The venue changed it', 'info', changeOf(data)),
  order_replace_refused: data => told('The venue refused the change', 'warn', data['Reason']),
  order_resized: data => told('Resized', '', `to ${quantity(data['Quantity'])}: ${data['Reason']}`),
  order_touched: data => told('Its price was seen', 'info', price(data['Price'])),
  order_exits_ended: data => told('Its exits ended', 'warn', data['Reason']),
};

function changeOf(data: Fields): string {
  return [
    data['Quantity'] && `quantity ${quantity(data['Quantity'])}`,
    data['LimitPrice'] && `limit ${price(data['LimitPrice'])}`,
    data['StopPrice'] && `stop ${price(data['StopPrice'])}`,
  ].filter(Boolean).join(', ');
}

/** What an event says; one that is newer than this console says its name. */
export function tell({ kind, data }: OrderEvent): Chapter {
  const telling = tellings[kind];
  return telling ? telling(parseExact(data) as Fields) : told(kind.replaceAll('_', ' '));
}
