import { useRef } from 'react';
import { change } from './request';
import { Problem } from './problem';

// Answers that say for good that it was not done: asked again, it is another request.
const refused = [400, 401, 403, 404, 422];

/**
 * Posts something that must not be done twice. While no answer has come to it, the same body is sent again under the same key, so
 * that what was lost on the way is found and not repeated.
 */
export function useAttempt<T>(path: string): (body: unknown) => Promise<T> {
  // Something else that was posted meanwhile does not settle what came of the first.
  const open = useRef(new Map<string, string>());
  return async body => {
    const of = JSON.stringify(body);
    const key = open.current.get(of) ?? crypto.randomUUID();
    open.current.set(of, key);
    try {
      const answer = await change<T>('POST', path, body, { key });
      open.current.delete(of);
      return answer;
    } catch (error) {
      if (error instanceof Problem && refused.includes(error.status)) open.current.delete(of);
      throw error;
    }
  };
}
