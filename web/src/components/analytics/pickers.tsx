import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/measures';
import { Select } from '@/components/ui/field';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The names that make sense here; all of the catalogue when left out. */
  names?: readonly string[];
}

/** A name of the catalogue: titles and descriptions come from there, once. */
function NamePicker({ label, value, onChange, names, kind }: Props & { kind: 'measures' | 'dimensions' }) {
  const catalogue = useQuery(catalogueQuery);
  const known: readonly { name: string; title: string; description: string }[] = catalogue.data?.[kind] ?? [];
  const entries = names
    ? names.map((name) => known.find((item) => item.name === name) ?? { name, title: name, description: '' })
    : known;
  const chosen = entries.some((item) => item.name === value)
    ? entries
    : [{ name: value, title: value, description: '' }, ...entries];
  return (
    <Select
      aria-label={label}
      title={chosen.find((item) => item.name === value)?.description}
      value={value}
      className="h-7 max-w-52 py-0 text-xs"
      onChange={(event) => onChange(event.target.value)}
    >
      {chosen.map((item) => (
        <option key={item.name} value={item.name}>
          {item.title}
        </option>
      ))}
    </Select>
  );
}

export function MeasurePicker(props: Props) {
  return <NamePicker kind="measures" {...props} />;
}

export function DimensionPicker(props: Props) {
  return <NamePicker kind="dimensions" {...props} />;
}
