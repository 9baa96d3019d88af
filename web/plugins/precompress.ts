import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const COMPRESSIBLE = /\.(js|css|html|svg|json|txt)$/;
const SMALLEST_BYTES = 1_024;

/** Writes `file.br` and `file.gz` beside every text file of the build, so that the server never compresses. */
export function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'sonde:precompress',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async closeBundle() {
      const names = await readdir(outDir, { recursive: true });
      await Promise.all(
        names
          .filter((name) => COMPRESSIBLE.test(name))
          .map(async (name) => {
            const path = join(outDir, name);
            if ((await stat(path)).size < SMALLEST_BYTES) return;
            const body = await readFile(path);
            const parameters = {
              [constants.BROTLI_PARAM_QUALITY]: 11,
              [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
            };
            await Promise.all([
              writeFile(`${path}.br`, await brotli(body, { params: parameters })),
              writeFile(`${path}.gz`, await zip(body, { level: 9 })),
            ]);
          }),
      );
    },
  };
}
