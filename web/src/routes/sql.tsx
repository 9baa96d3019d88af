import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/sql')({ component: () => null });
