import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, rememberCsrfToken, take } from '@/api/client';
import { ApiError } from '@/api/problem';
import { forget } from '@/api/queries';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { Logo } from './logo';
import { useDocumentTitle } from './page';

export function LogIn() {
  useDocumentTitle('Log in');
  const [key, setKey] = useState('');
  const client = useQueryClient();
  const logIn = useMutation({
    mutationFn: () => take(api.POST('/api/v1/session', { body: { key: key.trim() } })),
    onSuccess(session) {
      rememberCsrfToken(session.csrf_token ?? null);
      forget(client, session);
    },
  });
  return (
    <main className="flex h-full items-center justify-center p-6">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Logo className="size-9" />
          <h1 className="text-xl font-semibold tracking-[-0.015em]">sonde</h1>
        </div>
        <form
          className="card flex flex-col gap-4 p-5"
          onSubmit={(event) => {
            event.preventDefault();
            logIn.mutate();
          }}
        >
          <Field
            label="API key"
            hint="Any key of this server that may read. It is kept in a cookie that scripts cannot see."
            error={logIn.error ? ApiError.from(logIn.error).message : undefined}
          >
            {(ids) => (
              <Input
                {...ids}
                type="password"
                autoFocus
                autoComplete="current-password"
                className="mono h-9"
                value={key}
                aria-invalid={logIn.isError}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" look="primary" disabled={key.trim() === '' || logIn.isPending}>
            {logIn.isPending ? 'Logging in…' : 'Log in'}
          </Button>
        </form>
        <p className="mt-4 text-xs text-ink-3">
          No key yet? On the server’s machine, <code className="text-ink-2">sonde keys create</code> makes one.
        </p>
      </div>
    </main>
  );
}
