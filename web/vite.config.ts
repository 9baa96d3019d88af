import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { budget } from './plugins/budget.ts';
import { precompress } from './plugins/precompress.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Where `npm run dev` finds a running Sonde.
const server = process.env.SONDE_URL ?? 'http://127.0.0.1:4318';

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single', semicolons: true }),
    react(),
    tailwindcss(),
    budget({ criticalGzipBytes: 350_000 }),
    precompress(),
  ],
  resolve: {
    alias: {
      '@': at('./src'),
      // Radix locks scrolling with an injected <style>, which the content security policy forbids.
      'react-style-singleton': at('./src/shims/style-singleton.ts'),
    },
  },
  build: {
    outDir: at('../src/sonde/ui/dist'),
    emptyOutDir: true,
    // Inlined files become data: addresses, which the content security policy forbids.
    assetsInlineLimit: 0,
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: Object.fromEntries(['/api', '/v1', '/healthz', '/readyz'].map((path) => [path, { target: server }])),
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
