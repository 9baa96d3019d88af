import { createFileRoute } from '@tanstack/react-router';
import { SessionPage } from '@/components/sessions/session-page';
import { textOf } from '@/lib/search-params';

/** A name may hold anything, also what has no place in a path: a slash, two dots. */
export const Route = createFileRoute('/sessions/view')({
  validateSearch: (search: Record<string, unknown>) => ({ session: textOf(search, 'session') ?? '' }),
  component: SessionRoute,
});

function SessionRoute() {
  const { session } = Route.useSearch();
  return <SessionPage key={session} sessionId={session} />;
}
