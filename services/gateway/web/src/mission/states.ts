import type { TradingState } from '../api/contracts';

/** How a state is called, and its colour. */
export const stateWords: Record<TradingState, [text: string, tone: string]> = {
  Active: ['Active', 'good'], Reducing: ['Reduce only', 'warn'], Halted: ['Halted', 'bad'],
};
