import { gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

interface Options {
  /** What the browser must have before the first page is drawn, in bytes after gzip -9. */
  criticalGzipBytes: number;
}

/** The chunk and everything it imports statically. */
function closure(start: string, chunks: Map<string, Rollup.OutputChunk>, seen = new Set<string>()): Set<string> {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const next of chunks.get(start)?.imports ?? []) closure(next, chunks, seen);
  return seen;
}

/** Fails the build when the script of the first page grows past its budget, and prints what it is. */
export function budget({ criticalGzipBytes }: Options): Plugin {
  return {
    name: 'sonde:budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = new Map<string, Rollup.OutputChunk>();
      for (const file of Object.values(bundle)) if (file.type === 'chunk') chunks.set(file.fileName, file);
      const critical = new Set<string>();
      for (const chunk of chunks.values()) {
        const home = chunk.moduleIds.some((id) => id.includes('routes/index.tsx'));
        if (chunk.isEntry || home) closure(chunk.fileName, chunks, critical);
      }
      let bytes = 0;
      for (const name of critical) bytes += gzipSync(chunks.get(name)?.code ?? '', { level: 9 }).length;
      const text = `critical path: ${(bytes / 1000).toFixed(1)} KB gzip of ${(criticalGzipBytes / 1000).toFixed(0)} KB`;
      if (bytes > criticalGzipBytes) this.error(`${text}: too much script before the first page`);
      this.info(text);
    },
  };
}
