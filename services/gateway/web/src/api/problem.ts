/** An answer of RFC 9457, or that there was none. */
export class Problem extends Error {
  override name = 'Problem';

  constructor(
    /** 0 where nothing answered. */
    readonly status: number,
    readonly code: string,
    detail: string,
    /** The service that could not be reached. */
    readonly service?: string,
    readonly traceId?: string,
  ) {
    super(detail);
  }

  static unreachable(): Problem {
    return new Problem(0, 'unreachable', 'AlgoStack cannot be reached.');
  }

  static async of(response: Response): Promise<Problem> {
    const body = (await response.json().catch(() => null)) as Partial<Record<string, string>> | null;
    return new Problem(
      response.status,
      body?.['code'] ?? 'request_failed',
      body?.['detail'] ?? body?.['title'] ?? `AlgoStack answered ${response.status}.`,
      body?.['service'],
      body?.['traceId'],
    );
  }
}
