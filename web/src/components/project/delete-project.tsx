import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '@/api/client';
import { ApiError } from '@/api/problem';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/states';
import { Typed } from '@/components/ui/typed';
import { useScope } from '@/lib/scope';
import { writePreference } from '@/lib/storage';
import { DeletionCounts } from './deletion-counts';

interface Props {
  name: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Shows what goes before it goes. */
export function DeleteProject({ name, open, onOpenChange }: Props) {
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const { scope, projects, setProject } = useScope();
  const erase = (preview: boolean) =>
    take(api.DELETE('/api/v1/projects/{project}', { params: { path: { project: name }, query: { preview } } }));
  const preview = useQuery({
    queryKey: ['delete-project', name],
    queryFn: () => erase(true),
    enabled: open,
    gcTime: 0,
  });
  const deletion = useMutation({
    mutationFn: () => erase(false),
    async onSuccess() {
      onOpenChange(false);
      writePreference('project', '');
      if (scope.project === name) setProject(projects.find((item) => item.name !== name)?.name ?? 'default');
      await client.invalidateQueries();
    },
  });
  const error = preview.error ?? deletion.error;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete project ${name}`}
      description="Everything in it goes: spans, contents, calls, logs, metrics, scores and its settings. There is no way back."
    >
      {preview.data ? (
        <DeletionCounts answer={preview.data} />
      ) : preview.isPending ? (
        <Skeleton className="h-24" />
      ) : null}
      {error ? (
        <p role="alert" className="mt-3 text-sm text-error">
          {ApiError.from(error).message}
        </p>
      ) : null}
      {preview.data ? (
        <div className="mt-4">
          <Typed word={name} value={typed} onChange={setTyped} />
        </div>
      ) : null}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Keep it</Button>
        <Button
          look="danger"
          disabled={!preview.data || typed !== name || deletion.isPending}
          onClick={() => deletion.mutate()}
        >
          {deletion.isPending ? 'Deleting…' : `Delete ${name}`}
        </Button>
      </div>
    </Dialog>
  );
}
