import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Link, retainSearchParams } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Page } from '@/components/shell/page';
import { Shell } from '@/components/shell/shell';
import { buttonStyle } from '@/components/ui/button';
import { Empty, Failure } from '@/components/ui/states';
import { decodeRange } from '@/lib/time-range';

interface Context {
  queryClient: QueryClient;
}

/** Known on every page, and carried from page to page. */
interface RootSearch {
  project?: string;
  range?: string;
}

export const Route = createRootRouteWithContext<Context>()({
  validateSearch(search: Record<string, unknown>): RootSearch {
    const range = typeof search.range === 'string' && decodeRange(search.range) ? search.range : undefined;
    const project = typeof search.project === 'string' && search.project !== '' ? search.project : undefined;
    return { ...(project === undefined ? {} : { project }), ...(range === undefined ? {} : { range }) };
  },
  search: { middlewares: [retainSearchParams(['project', 'range'])] },
  component: Root,
  errorComponent: ({ error, reset }) => (
    <main className="flex h-full items-center justify-center">
      <Failure error={error} what="This page" onRetry={reset} />
    </main>
  ),
  notFoundComponent: NotFound,
});

function Root() {
  const { queryClient } = Route.useRouteContext();
  return (
    <QueryClientProvider client={queryClient}>
      <Shell />
    </QueryClientProvider>
  );
}

function NotFound() {
  return (
    <Page title="Not found" fixed>
      <Empty
        className="flex-1"
        icon={<Compass />}
        title="There is no page at this address"
        actions={
          <Link to="/" className={buttonStyle({ look: 'primary' })}>
            Go to the overview
          </Link>
        }
      />
    </Page>
  );
}
