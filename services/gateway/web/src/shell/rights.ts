import { useQuery } from '@tanstack/react-query';
import { me } from '../api/queries';

/** What the one who is signed in may do. The server decides; this only keeps away what it would refuse. */
export function useRights(): { mayTrade: boolean; mayAdminister: boolean } {
  const { data } = useQuery(me);
  return { mayTrade: data?.scopes.includes('trade') ?? false, mayAdminister: data?.scopes.includes('admin') ?? false };
}
