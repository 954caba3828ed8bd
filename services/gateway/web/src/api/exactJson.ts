/** A number as the server wrote it, to its last digit. */
export type Decimal = string;

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads JSON with every number as a string: money must not pass through binary fractions. */
export function parseExact(text: string): unknown {
  return JSON.parse(text.replace(tokens, token => (token.startsWith('"') ? token : `"${token}"`)));
}
