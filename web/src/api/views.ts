/** Saved views: a name for what a list shows. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, take, type Schemas } from './client';

export type SavedView = Schemas['ViewItem'];
export type ViewState = Schemas['ViewItem']['state'];
export type ViewPage = SavedView['page'];

export function viewsQuery(project: string, page: ViewPage) {
  return queryOptions({
    queryKey: ['views', project, page],
    queryFn: async ({ signal }) =>
      (await take(api.GET('/api/v1/views', { params: { query: { project, page } }, signal }))).items,
    staleTime: 30_000,
  });
}

/** What can be done to the views of a list; each ends when the list of views is right again. */
export function useViewChanges(project: string, page: ViewPage) {
  const client = useQueryClient();
  const { queryKey } = viewsQuery(project, page);
  const onSettled = () => client.invalidateQueries({ queryKey });
  /** What the server sent takes its place at once. */
  const put = (view: SavedView) => {
    client.setQueryData(queryKey, (old: SavedView[] | undefined) =>
      [...(old ?? []).filter((item) => item.view_id !== view.view_id), view].sort((a, b) =>
        a.name.localeCompare(b.name),
      ),
    );
  };
  return {
    create: useMutation({
      mutationFn: ({ name, state }: { name: string; state: ViewState }) =>
        take(api.POST('/api/v1/views', { body: { project, page, name, state } })),
      onSuccess: put,
      onSettled,
    }),
    change: useMutation({
      mutationFn: ({ view_id, ...body }: { view_id: string; name?: string; state?: ViewState }) =>
        take(api.PATCH('/api/v1/views/{view_id}', { params: { path: { view_id } }, body })),
      onSuccess: put,
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (view_id: string) => take(api.DELETE('/api/v1/views/{view_id}', { params: { path: { view_id } } })),
      onSettled,
    }),
  };
}
