import { useState } from 'react';
import type { Scope } from '@/api/queries';
import { useScope } from '@/lib/scope';

/**
 * The scope of a list. It stands still while somebody reads: further down, or with a row open beside the list, new
 * rows would push away what is being read.
 */
export function useListScope(reading: boolean): { scope: Scope; paused: boolean } {
  const { scope, range } = useScope();
  const [held, setHeld] = useState(scope);
  const same = held.project === scope.project && held.range === scope.range;
  const paused = reading && same && range.kind === 'relative';
  if (!paused && held !== scope) setHeld(scope);
  return { scope: paused ? held : scope, paused };
}
