import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { buttonStyle, Button } from '@/components/ui/button';
import { useScope } from '@/lib/scope';
import { DeleteProject } from './delete-project';

/** Nobody may take generated figures for their own. */
export function DemoBanner() {
  const { project } = useScope();
  const [removing, setRemoving] = useState(false);
  if (!project?.demo) return null;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-5 py-1 text-xs text-warn">
      <FlaskConical className="size-3.5 shrink-0 max-md:hidden" aria-hidden />
      <p>
        <strong className="font-semibold">Demo data.</strong> This traffic is generated; your own goes to other
        projects.
      </p>
      <span className="ml-auto flex gap-1">
        <Link
          to="/setup"
          className={buttonStyle({
            look: 'ghost',
            size: 'sm',
            className: 'text-warn hover:bg-warn/10 hover:text-warn',
          })}
        >
          Connect your application
        </Link>
        <Button
          look="ghost"
          size="sm"
          className="text-warn hover:bg-warn/10 hover:text-warn"
          onClick={() => setRemoving(true)}
        >
          Remove the demo
        </Button>
      </span>
      <DeleteProject name={project.name} open={removing} onOpenChange={setRemoving} />
    </div>
  );
}
