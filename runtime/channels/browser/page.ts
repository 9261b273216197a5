/** The browser phone's files, from the bundle or from the source tree; read once, served from memory. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** `phone.js` → its text. */
export type WebFiles = Readonly<Record<string, string>>;

/** In a bundle the texts themselves stand in the place of this name (esbuild's `define`). */
declare const VOICECELL_WEB: WebFiles | undefined;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export async function webFiles(): Promise<WebFiles> {
  return typeof VOICECELL_WEB === 'undefined' ? readWebFiles() : VOICECELL_WEB;
}

/** From the source tree; the build calls it too. */
export async function readWebFiles(): Promise<WebFiles> {
  const folder = new URL('../../web/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => extname(name) in CONTENT_TYPES).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const)),
  );
}

/** Every file under its name, `index.html` also as `/` and `/phone`. */
export function addPageRoutes(app: FastifyInstance, files: WebFiles): void {
  for (const [name, text] of Object.entries(files)) {
    const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
    const paths = name === 'index.html' ? ['/', '/phone', '/index.html'] : [`/${name}`];
    for (const path of paths)
      app.get(path, async (request, reply) => {
        // Asked again each time, so that page and cell are never of two versions.
        reply.header('cache-control', 'no-cache').header('etag', etag).header('x-content-type-options', 'nosniff');
        reply.header('x-frame-options', 'DENY');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply.type(CONTENT_TYPES[extname(name)] ?? 'text/plain').send(text);
      });
  }
}
