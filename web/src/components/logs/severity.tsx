import { Badge, type Tone } from '@/components/ui/badge';

interface Look {
  label: string;
  tone: Tone;
  /** Of its bars. */
  color: string;
}

const LOOKS: Readonly<Record<string, Look>> = {
  fatal: { label: 'Fatal', tone: 'error', color: 'rose' },
  error: { label: 'Error', tone: 'error', color: 'error-bar' },
  warn: { label: 'Warn', tone: 'warn', color: 'amber' },
  info: { label: 'Info', tone: 'info', color: 'blue' },
  debug: { label: 'Debug', tone: 'neutral', color: 'slate' },
  trace: { label: 'Trace', tone: 'neutral', color: 'sky' },
};
const UNSAID: Look = { label: 'Unset', tone: 'outline', color: 'sand' };

export function severityLook(severity: string): Look {
  return LOOKS[severity] ?? UNSAID;
}

export function Severity({ severity }: { severity: string }) {
  const { label, tone } = severityLook(severity);
  return (
    <Badge tone={tone} className="w-12 justify-center">
      {label}
    </Badge>
  );
}
