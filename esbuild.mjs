import { build, context } from 'esbuild';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

// Packages that hold native code or WebAssembly beside their JavaScript: loaded from node_modules, never bundled.
const external = [
  'koffi',
  'onnxruntime-node',
  'tiktoken',
  'tiktoken/*',
  '@vscode/tree-sitter-wasm',
  'vscode',
];

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  external,
  sourcemap: true,
  metafile: true,
  outdir: 'dist',
  logLevel: 'warning',
};

/** @type {import('esbuild').BuildOptions[]} */
const targets = [
  {
    ...common,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    entryPoints: {
      cli: 'src/cli/main.ts',
      server: 'src/server/main.ts',
      repackWorker: 'src/model/graph/repackWorker.ts',
      deviceProbe: 'src/runtime/deviceProbeProcess.ts',
    },
    // CommonJS packages bundled into an ES module still call require().
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  },
  {
    ...common,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    entryPoints: { client: 'src/client/extension.ts' },
  },
].map((target) => ({
  ...target,
  entryPoints: Object.fromEntries(Object.entries(target.entryPoints).filter(([, path]) => existsSync(path))),
}));

if (process.argv.includes('--watch')) {
  for (const target of targets) {
    await (await context(target)).watch();
  }
} else {
  rmSync('dist', { recursive: true, force: true });
  const results = await Promise.all(targets.map((target) => build(target)));
  // For scripts/notices.mjs: which packages are in which bundle.
  const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
  writeFileSync('dist/metafile.json', JSON.stringify({ outputs }));
}
