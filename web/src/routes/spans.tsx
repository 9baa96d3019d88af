import { createFileRoute } from '@tanstack/react-router';
import { SPANS } from '@/components/lists/definitions';
import { ListPage } from '@/components/lists/list-page';
import { readListSearch } from '@/components/lists/list-search';
import { useList } from '@/components/lists/use-list';

export const Route = createFileRoute('/spans')({
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, SPANS.orders),
  component: SpansPage,
});

function SpansPage() {
  return <ListPage definition={SPANS} state={useList(SPANS, Route.useSearch())} />;
}
