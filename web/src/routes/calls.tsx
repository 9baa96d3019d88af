import { createFileRoute } from '@tanstack/react-router';
import { Copy } from 'lucide-react';
import { useMemo } from 'react';
import { CALLS } from '@/components/lists/definitions';
import { ListPage } from '@/components/lists/list-page';
import { readListSearch } from '@/components/lists/list-search';
import { useList } from '@/components/lists/use-list';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';

export const Route = createFileRoute('/calls')({
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, CALLS.orders),
  component: CallsPage,
});

/** Says nothing of a call that is not counted. */
const NOT_OF_DUPLICATES = ['status', 'ttft', 'cost', 'reason'];

function CallsPage() {
  const search = Route.useSearch();
  const state = useList(CALLS, search);
  const { dropped } = state.parameters;
  const chosen = state.columnState.shown;
  const withReason = useMemo(() => {
    const kept = chosen.filter((item) => !NOT_OF_DUPLICATES.includes(item.id));
    return [...kept.slice(0, 2), { id: 'reason' }, ...kept.slice(2)];
  }, [chosen]);
  return (
    <ListPage
      definition={CALLS}
      state={state}
      {...(dropped
        ? {
            shown: withReason,
            noun: 'dropped duplicates',
            empty: (
              <Empty icon={<Copy />} title="No duplicates were dropped here">
                When several instrumentations report one call, Sonde counts it once and lists the others here.
              </Empty>
            ),
          }
        : {})}
      actions={
        <Tooltip content="Spans that repeat another call. They are counted nowhere; see what was dropped and why.">
          <Button
            aria-pressed={dropped}
            aria-label="Dropped duplicates"
            className="aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
            onClick={() => state.go({ dropped: dropped ? undefined : true, peek: undefined })}
          >
            <Copy /> <span className="max-xl:hidden">Dropped duplicates</span>
          </Button>
        </Tooltip>
      }
    />
  );
}
