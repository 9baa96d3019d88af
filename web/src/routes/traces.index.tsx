import { createFileRoute } from '@tanstack/react-router';
import { TRACES } from '@/components/lists/definitions';
import { ListPage } from '@/components/lists/list-page';
import { readListSearch } from '@/components/lists/list-search';
import { useList } from '@/components/lists/use-list';

export const Route = createFileRoute('/traces/')({
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, TRACES.orders),
  component: TracesPage,
});

function TracesPage() {
  return <ListPage definition={TRACES} state={useList(TRACES, Route.useSearch())} />;
}
