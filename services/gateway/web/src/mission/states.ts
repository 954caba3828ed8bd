import type { TradingState, TradingSwitch } from '../api/contracts';

/** How a state is called, and its colour. */
export const stateWords: Record<TradingState, [text: string, tone: string]> = {
  Active: ['Active', 'good'], Reducing: ['Reduce only', 'warn'], Halted: ['Halted', 'bad'],
};

const strictness: TradingState[] = ['Active', 'Reducing', 'Halted'];

/** What a strategy may do on an account: the strictest of everybody's switch, the account's and its own. */
export function strictest(switches: TradingSwitch[], account: string, strategy: string): TradingSwitch | undefined {
  const thrown = switches.filter(each => each.account === null || (each.account === account && (each.strategy === null || each.strategy === strategy)));
  return thrown.sort((a, b) => strictness.indexOf(b.state) - strictness.indexOf(a.state))[0];
}

/** Whose switch it is, in a word. */
export const whose = ({ account, strategy }: TradingSwitch): string => (account === null ? 'everybody' : strategy === null ? 'the account' : 'the strategy');
