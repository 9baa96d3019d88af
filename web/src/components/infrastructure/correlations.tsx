import { Waypoints } from 'lucide-react';
import { useState } from 'react';
import type { Correlation, Infrastructure } from '@/api/signals';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';
import { CALL_MEASURES, describeRho, nameOf } from './words';

const FEW = 8;

/** Which of the charts move with latency, errors and cost; strongest first. */
export function Correlations({ answer }: { answer: Infrastructure }) {
  const [all, setAll] = useState(false);
  const known = answer.correlations.filter((item) => item.rho !== null);
  const telling = known.filter((item) => !item.by_chance);
  const shown = all ? answer.correlations : telling.slice(0, FEW);
  return (
    <section aria-label="What goes together" className="card flex flex-col p-4">
      <h2 className="font-semibold">
        What goes together{' '}
        <span className="text-xs font-normal text-ink-3">Spearman’s ρ over the steps of this range</span>
      </h2>
      <p className="mt-0.5 max-w-3xl text-xs text-ink-3">
        A hint where to look, no proof: two lines can rise together because a third thing drives both, and with dozens
        of pairs some agree by chance.
      </p>
      {shown.length > 0 ? (
        <div className="mt-2 overflow-x-auto" tabIndex={0} role="region" aria-label="Correlations">
          <table className="w-full text-xs">
            <thead className="text-left text-ink-3">
              <tr className="border-b border-line">
                <th scope="col" className="py-1 pr-3 font-medium">
                  Measure
                </th>
                <th scope="col" className="py-1 pr-3 font-medium">
                  with
                </th>
                <th scope="col" className="w-40 py-1 pr-3 font-medium">
                  ρ
                </th>
                <th scope="col" className="py-1 pr-3 text-right font-medium">
                  Steps
                </th>
                <th scope="col" className="py-1 font-medium">
                  How
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => (
                <Row key={`${item.measure}/${item.line}/${item.calls_measure}`} item={item} answer={answer} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className="mt-3 flex items-center gap-2 text-ink-2">
          <Waypoints aria-hidden className="size-4 text-ink-3" />
          {known.length > 0
            ? 'Nothing here goes together more than unrelated lines would.'
            : 'Too few steps have both metrics and calls. Choose a longer range.'}
        </p>
      )}
      {answer.correlations.length > telling.length || telling.length > FEW ? (
        <Button look="ghost" size="sm" className="mt-1 -ml-2 self-start" onClick={() => setAll(!all)}>
          {all ? 'Show the telling ones only' : `Show all ${answer.correlations.length} pairs`}
        </Button>
      ) : null}
    </section>
  );
}

function Row({ item, answer }: { item: Correlation; answer: Infrastructure }) {
  const weak = item.rho === null || item.by_chance;
  return (
    <tr className={cn('border-b border-line last:border-b-0', weak && 'text-ink-3')}>
      <td className="py-1 pr-3">
        <button
          type="button"
          className="rounded text-left wrap-anywhere text-accent hover:underline"
          onClick={() =>
            document.getElementById(`measure-${item.measure}`)?.scrollIntoView({ block: 'center', behavior: 'instant' })
          }
        >
          {nameOf(answer.measures, item)}
        </button>
      </td>
      <td className="py-1 pr-3 whitespace-nowrap">{CALL_MEASURES[item.calls_measure]}</td>
      <td className="py-1 pr-3">{item.rho === null ? '–' : <Rho rho={item.rho} weak={weak} />}</td>
      <td className="tabular py-1 pr-3 text-right">{item.steps}</td>
      <td className="py-1 whitespace-nowrap">
        {item.note ?? (item.by_chance ? 'no more than chance' : item.rho === null ? '' : describeRho(item.rho))}
      </td>
    </tr>
  );
}

/** −1 to 1 from the middle outwards. */
function Rho({ rho, weak }: { rho: number; weak: boolean }) {
  return (
    <span className="flex items-center gap-2">
      <span className="tabular w-10 text-right font-medium">{rho.toFixed(2).replace('-', '−')}</span>
      <span aria-hidden className="relative h-1.5 w-24 rounded-full bg-sunken">
        <span className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
        <span
          className={cn(
            'absolute inset-y-0 rounded-full',
            weak ? 'bg-ink-3/40' : rho < 0 ? 'bg-(--s-rust)' : 'bg-accent',
          )}
          style={{ width: `${Math.abs(rho) * 50}%`, ...(rho < 0 ? { right: '50%' } : { left: '50%' }) }}
        />
      </span>
    </span>
  );
}
