import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';

interface Props {
  title: string;
  about?: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
}

/** One subject of the settings. */
export function Panel({ title, about, children, actions }: Props) {
  return (
    <section aria-label={title} className="card p-5">
      <div className="mb-3 flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">{title}</h2>
          {about ? <p className="mt-0.5 max-w-2xl text-ink-2">{about}</p> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** What went wrong with a change, in the server's words. */
export function ErrorLine({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const problem = ApiError.from(error);
  return (
    <p role="alert" className="mt-2 text-error wrap-anywhere">
      {problem.message}
      {problem.errors.map((item) => ` ${item.location}: ${item.message}`).join('')} {problem.hint ?? ''}
    </p>
  );
}
