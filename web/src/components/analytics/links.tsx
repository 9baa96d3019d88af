import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface Props {
  filter: string;
  /** Newest first when it is left out. */
  order?: 'cost' | 'duration' | 'tokens';
  className?: string;
  title?: string;
  children: ReactNode;
}

/** To the calls behind a figure, in the same project and range. */
export function CallsLink({ filter, order, children, ...rest }: Props) {
  const search = { ...(filter === '' ? {} : { filter }), ...(order === undefined ? {} : { order }) };
  return (
    <Link to="/calls" search={search} {...rest}>
      {children}
    </Link>
  );
}
