import { useQueries } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { anyQuery, type ListName, type ListParameters } from '@/api/lists';
import type { Scope } from '@/api/queries';
import { Button } from '@/components/ui/button';
import { Empty, Skeleton } from '@/components/ui/states';
import { termsOf, withoutTerm } from '@/lib/filter-terms';

interface Props {
  list: ListName;
  noun: string;
  scope: Scope;
  parameters: ListParameters;
  onFilter: (text: string) => void;
  hint: string;
}

/** More terms than this would be too many questions at once. */
const MOST = 5;

/** Nothing matches: which of the terms is it that leaves nothing? */
export function NothingMatches({ list, noun, scope, parameters, onFilter, hint }: Props) {
  const text = parameters.filter;
  const terms = termsOf(text) ?? [];
  const tried = terms.length > 1 && terms.length <= MOST ? terms : [];
  const without = tried.map((term) => withoutTerm(text, term));
  const answers = useQueries({
    queries: without.map((filter) => anyQuery(list, scope, { ...parameters, filter })),
  });
  const found = answers.some((answer) => answer.data === true);
  const asked = answers.every((answer) => !answer.isPending);
  return (
    <Empty
      icon={<SearchX />}
      title={`No ${noun} match this filter`}
      actions={<Button onClick={() => onFilter('')}>Clear the filter</Button>}
    >
      {tried.length === 0 ? (
        <p>{hint}</p>
      ) : (
        <>
          <p>
            {!asked
              ? 'Looking which term it is …'
              : found
                ? 'One of these alone leaves nothing:'
                : 'No single term is to blame: at least two of them have to go. A wider time range may help as well.'}
          </p>
          <ul className="mt-3 flex flex-col items-stretch gap-1 text-left">
            {tried.map((term, index) => (
              <li key={`${term.start}`} className="flex items-center gap-3 rounded-md border border-line px-2.5 py-1">
                <code className="min-w-0 flex-1 truncate text-xs" title={term.text}>
                  {term.text}
                </code>
                {answers[index]?.isPending ? (
                  <Skeleton className="h-4 w-24" />
                ) : answers[index]?.data === true ? (
                  <Button size="sm" onClick={() => onFilter(without[index] ?? '')}>
                    Leave it out
                  </Button>
                ) : (
                  <span className="text-xs text-ink-3">still nothing without it</span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Empty>
  );
}
