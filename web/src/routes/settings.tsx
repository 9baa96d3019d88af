import { createFileRoute } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { DeleteSettings } from '@/components/settings/delete-settings';
import { KeySettings } from '@/components/settings/key-settings';
import { LedgerSettings } from '@/components/settings/ledger-settings';
import { MappingSettings } from '@/components/settings/mapping-settings';
import { ProjectSettings } from '@/components/settings/project-settings';
import { StorageSettings } from '@/components/settings/storage-settings';
import { Page } from '@/components/shell/page';

const TABS = ['project', 'keys', 'storage', 'mapping', 'ledger', 'delete'] as const;
type Tab = (typeof TABS)[number];

const CONTENT: Record<Tab, { label: string; content: ReactNode }> = {
  project: { label: 'Project', content: <ProjectSettings /> },
  keys: { label: 'API keys', content: <KeySettings /> },
  storage: { label: 'Storage and cost', content: <StorageSettings /> },
  mapping: { label: 'Mapping', content: <MappingSettings /> },
  ledger: { label: 'Losses', content: <LedgerSettings /> },
  delete: { label: 'Delete data', content: <DeleteSettings /> },
};

function isTab(value: unknown): value is Tab {
  return TABS.some((tab) => tab === value);
}

export const Route = createFileRoute('/settings')({
  validateSearch: (search: Record<string, unknown>): { tab?: Tab } => (isTab(search.tab) ? { tab: search.tab } : {}),
  component: SettingsPage,
});

function SettingsPage() {
  const { tab = 'project' } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Page title="Settings">
      <Tabs.Root
        value={tab}
        onValueChange={(value) => {
          if (isTab(value)) void navigate({ search: (old) => ({ ...old, tab: value }) });
        }}
        className="mx-auto max-w-5xl"
      >
        <Tabs.List aria-label="Settings" className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
          {TABS.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="-mb-px h-9 shrink-0 border-b-2 border-transparent px-3 font-medium text-ink-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
            >
              {CONTENT[name].label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {TABS.map((name) => (
          <Tabs.Content key={name} value={name} className="outline-none">
            {CONTENT[name].content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Page>
  );
}
