/** What bars can be asked for. */
export const timeframes = ['1m', '5m', '15m', '1h', '4h', '1d'];
