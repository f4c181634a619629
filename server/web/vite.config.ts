// How the pages are built: two HTML entries, what they load under content-hashed names, and a
// brotli and a gzip copy beside each file that shrinks.
//
// When to build and how the files reach the binary belongs to ../build/web.rs; with which headers
// they are served, to ../src/http/assets.rs.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Files that shrink. Fonts and pictures are compressed already. */
const COMPRESSIBLE = /\.(?:css|html|js|json|md|svg|txt)$/;

/** Writes `name.br` and `name.gz` beside each compressible file, where they are smaller. */
function compress(): Plugin {
  const brotli = promisify(brotliCompress);
  const gzipped = promisify(gzip);
  return {
    name: "siteworthy-compress",
    apply: "build",
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error("the output folder is not known");
      const copyOf = async (name: string) => {
        const path = join(dir, name);
        const plain = await readFile(path);
        const text = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
        const [br, gz] = await Promise.all([
          brotli(plain, { params: text }),
          gzipped(plain, { level: constants.Z_BEST_COMPRESSION }),
        ]);
        if (br.length < plain.length) await writeFile(`${path}.br`, br);
        if (gz.length < plain.length) await writeFile(`${path}.gz`, gz);
      };
      await Promise.all(Object.keys(bundle).filter((name) => COMPRESSIBLE.test(name)).map(copyOf));
    },
  };
}

/**
 * Leaves out the fonts that GraphiQL carries inside its style sheet: 350 kB that no compression
 * shrinks. `src/graphiql.css` names fonts that every system has.
 */
function withoutGraphiqlFonts(): Plugin {
  return {
    name: "siteworthy-without-graphiql-fonts",
    enforce: "pre",
    transform: {
      filter: { id: /graphiql\/dist\/style\.css$/ },
      handler: (css) => ({ code: css.replaceAll(/@font-face\s*\{[^}]*\}/g, ""), map: null }),
    },
  };
}

export default defineConfig({
  // Two pages and no client-side routes: an unknown path is not the front page.
  appType: "mpa",
  plugins: [withoutGraphiqlFonts(), compress()],
  build: {
    // Every name in this folder holds a hash of its file; src/http/assets.rs lets browsers keep
    // them for ever, and a test there asserts that only pages lie outside.
    assetsDir: "hashed",
    // Everything is fetched from a path of its own, so that the pages need no `data:` address.
    assetsInlineLimit: 0,
    // GraphiQL is one chunk of 0.9 MB, a quarter of that when compressed, and only its page loads it.
    chunkSizeWarningLimit: 1500,
    // `compress` measures for itself.
    reportCompressedSize: false,
    license: { fileName: "licences.md" },
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      // GraphiQL's packages carry "use client", which means something to servers that draw React.
      checks: { moduleLevelDirective: false, bundlerTimings: false },
    },
  },
  server: {
    // `npm run dev` beside a running siteworthy: the pages from here, the answers from there.
    proxy: Object.fromEntries(
      ["/graphql", "/sites.geojson", "/reports", "/tiles"].map((path) => [
        path,
        { target: "http://127.0.0.1:8080", ws: path === "/graphql" },
      ]),
    ),
  },
});
