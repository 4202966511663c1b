// The extension as it ships, in a folder of its own: what the package is made from and what the workbench tests run.
// `node scripts/stage.mjs FOLDER` fills an empty folder.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, setUp } from './setup.mjs';

export const platform = `${process.platform}-${process.arch}`;

/** The platforms for which onnxruntime-node 1.30 ships a library. */
const supportedPlatforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** The packages that are loaded at run time, not bundled: which of their files, as paths relative to the package. */
const runtimePackages = {
  koffi: /^(package\.json|LICENSE\.txt|(indirect|index)\.c?js|src\/koffi\/.*\.c?js)$/,
  [`@koromix/koffi-${platform}`]: /^(package\.json|.*\.js|(?!musl_).*\.node)$/,
  // The shared library alone (of the two names it has on macOS, the one that is opened): never the JavaScript binding.
  'onnxruntime-node': new RegExp(
    `^(package\\.json|LICENSE.*|bin/napi-v6/${process.platform}/${process.arch}/(libonnxruntime\\.so\\.1|libonnxruntime\\.1\\.dylib|.*\\.dll))$`,
  ),
  tiktoken: /^(package\.json|LICENSE.*|lite\/(tiktoken|tiktoken_bg)\.(cjs|js|wasm)|lite\/tiktoken_bg\.wasm)$/,
  '@vscode/tree-sitter-wasm': /^(package\.json|LICENSE.*|wasm\/.*\.(js|wasm))$/,
};

/** Their names. */
export const runtimePackageNames = Object.keys(runtimePackages);

/** Everything else that may be in the package. */
const ownFiles =
  /^(package\.json|(readme|changelog|security|architecture|contributing)\.md|LICENSE.*|ThirdPartyNotices\.txt|dist\/(client\.cjs|server\.mjs|repackWorker\.mjs|deviceProbe\.mjs)|media\/[\w-]+\.png|media\/walkthrough\/[\w-]+\.md|syntaxes\/[\w-]+\.tmLanguage\.json)$/i;

/**
 * Fills the empty folder `stage` with the files that ship on this platform, the built dist among them, and proves that
 * the native ones can be loaded from there. Throws when they cannot, or when there is no package for this platform.
 */
export function stageExtension(stage) {
  if (!supportedPlatforms.includes(platform)) {
    throw new Error(`There is no package for ${platform}, only for ${supportedPlatforms.join(', ')}.`);
  }
  const manifest = readManifest(root, ['scripts', 'devDependencies']);
  const dependencies = Object.fromEntries(
    runtimePackageNames.map((name) => [
      name,
      readJson(join(root, 'node_modules', name, 'package.json')).version,
    ]),
  );
  writeJson(join(stage, 'package.json'), { ...manifest, dependencies });
  const paths = [...readdirSync(root), ...listFiles(root, ['dist', 'media', 'syntaxes'])];
  for (const path of paths.filter((name) => ownFiles.test(name) && name !== 'package.json')) {
    copy(join(root, path), join(stage, path));
  }
  const readme = join(stage, 'README.md');
  writeFileSync(readme, packagedReadme(readFileSync(readme, 'utf8')));
  for (const name of runtimePackageNames) {
    stagePackage(name, stage);
  }
  checkNativeFiles(stage);
}

/** Whether a file may be in the package; `path` is relative to the extension's folder. */
export function isAllowed(path) {
  const owner = runtimePackageNames.find((name) => path.startsWith(`node_modules/${name}/`));
  return owner === undefined
    ? ownFiles.test(path)
    : runtimePackages[owner].test(path.slice(`node_modules/${owner}/`.length));
}

/**
 * The README as VS Code's page of the extension can show it. The page shows pictures from the network only, and opens
 * no links to files: there is no address yet that ours could come from, and better none than broken ones. The pages
 * that are named lie beside it.
 */
export function packagedReadme(text) {
  return text
    .replace(/^!\[[^\]]*\]\(media\/[\w-]+\.png\)\n\n/gm, '')
    .replace(/^The pictures show [^]*?\n\n/m, '')
    .replace(/\[(\w+\.md)\]\(\1\)/g, '$1 (beside this file)');
}

/** Copies the files that are used; what they would need to be installed (dependencies, scripts) is not. */
function stagePackage(name, stage) {
  const source = join(root, 'node_modules', name);
  for (const path of listFiles(source).filter((file) => runtimePackages[name].test(file))) {
    copy(join(source, path), join(stage, 'node_modules', name, path));
  }
  const manifest = readManifest(source, [
    'scripts',
    'dependencies',
    'optionalDependencies',
    'devDependencies',
  ]);
  writeJson(join(stage, 'node_modules', name, 'package.json'), manifest);
}

/** Loads every package from the stage, as the server will: a missing file shows here and not at the user's. */
function checkNativeFiles(stage) {
  const library = listFiles(join(stage, 'node_modules', 'onnxruntime-node')).find((file) =>
    /(libonnxruntime\.so\.1|libonnxruntime\.1\.dylib|onnxruntime\.dll)$/.test(file),
  );
  const program = `
    const koffi = (await import('koffi')).default;
    const library = koffi.load(${JSON.stringify(join(stage, 'node_modules', 'onnxruntime-node', library ?? ''))});
    if (library.func('void *OrtGetApiBase()')() == null) throw new Error('OrtGetApiBase returned nothing');
    await import('tiktoken/lite');
    await import('@vscode/tree-sitter-wasm');
  `;
  const file = join(stage, 'check.mjs');
  writeFileSync(file, program);
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' });
  rmSync(file);
  if (status !== 0) {
    throw new Error('A packaged native file cannot be loaded.');
  }
}

/** Files below some folders of `folder` (all, without the second argument), as relative paths with forward slashes. */
export function listFiles(folder, subfolders) {
  const roots = subfolders ?? [''];
  return roots.flatMap((subfolder) =>
    readdirSync(join(folder, subfolder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      ),
  );
}

function copy(source, destination) {
  mkdirSync(dirname(destination), { recursive: true });
  cpSync(source, destination);
}

function readManifest(folder, leftOut) {
  return Object.fromEntries(
    Object.entries(readJson(join(folder, 'package.json'))).filter(([key]) => !leftOut.includes(key)),
  );
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path, value) {
  writeFileSync(path, JSON.stringify(value, undefined, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp();
  stageExtension(process.argv[2]);
}
