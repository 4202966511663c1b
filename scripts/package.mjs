// `npm run package`: one .vsix for this platform, with only this platform's native files. The extension is staged in a
// folder of its own, packaged there, and the result is checked file by file and, natively, by loading it.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

const platform = `${process.platform}-${process.arch}`;

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

/** Everything else that may be in the package. */
const ownFiles =
  /^(package\.json|readme\.md|changelog\.md|LICENSE.*|dist\/(client\.cjs|server\.mjs|repackWorker\.mjs)|media\/icon\.png|media\/walkthrough\/[\w-]+\.md|syntaxes\/[\w-]+\.tmLanguage\.json)$/i;

/** Installers grow by accident: a second copy of a library, a source map. The largest platform is Windows. */
const maxPackageBytes = 60e6;

const packagePath = join(root, `sotto-${platform}-${readJson(join(root, 'package.json')).version}.vsix`);
const stage = mkdtempSync(join(tmpdir(), 'sotto-package-'));
try {
  await makePackage();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(stage, { recursive: true });
}

async function makePackage() {
  if (!supportedPlatforms.includes(platform)) {
    throw new Error(`There is no package for ${platform}, only for ${supportedPlatforms.join(', ')}.`);
  }
  setUp();
  run(process.execPath, ['esbuild.mjs']);
  stageExtension();
  checkNativeFiles();
  const { createVSIX } = await import('@vscode/vsce');
  await createVSIX({
    cwd: stage,
    packagePath,
    target: platform,
    allowMissingRepository: true,
    skipLicense: true,
  });
  checkEntries(await readEntries(packagePath));
}

function stageExtension() {
  const manifest = readManifest(root, ['scripts', 'devDependencies']);
  const names = Object.keys(runtimePackages);
  const dependencies = Object.fromEntries(
    names.map((name) => [name, readJson(join(root, 'node_modules', name, 'package.json')).version]),
  );
  writeJson(join(stage, 'package.json'), { ...manifest, dependencies });
  for (const path of [
    '.vscodeignore',
    ...listFiles(root, ['dist', 'media', 'syntaxes']),
    ...topLevelTexts(),
  ]) {
    copy(join(root, path), join(stage, path));
  }
  for (const name of names) {
    stagePackage(name);
  }
}

function topLevelTexts() {
  return readdirSync(root).filter((name) => /^(README\.md|CHANGELOG\.md|LICENSE.*)$/.test(name));
}

/** Copies the files that are used; what they would need to be installed (dependencies, scripts) is not. */
function stagePackage(name) {
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
function checkNativeFiles() {
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

function checkEntries(entries) {
  const strangers = entries.filter(({ name }) => !isAllowed(name));
  const byteCount = statSync(packagePath).size;
  for (const { name, size } of entries.toSorted((a, b) => b.size - a.size).slice(0, 12)) {
    console.log(`${(size / 1e6).toFixed(1).padStart(8)} MB  ${name}`);
  }
  console.log(`${(byteCount / 1e6).toFixed(1).padStart(8)} MB  ${packagePath}, ${entries.length} files`);
  if (strangers.length > 0) {
    throw new Error(`Not on the allow-list:\n${strangers.map(({ name }) => `  ${name}`).join('\n')}`);
  }
  if (byteCount > maxPackageBytes) {
    throw new Error(`The package is larger than ${maxPackageBytes / 1e6} MB.`);
  }
}

function isAllowed(name) {
  if (name === 'extension.vsixmanifest' || name === '[Content_Types].xml') {
    return true;
  }
  const path = name.replace(/^extension\//, '');
  const owner = Object.keys(runtimePackages).find((packageName) =>
    path.startsWith(`node_modules/${packageName}/`),
  );
  return owner === undefined
    ? ownFiles.test(path)
    : runtimePackages[owner].test(path.slice(`node_modules/${owner}/`.length));
}

/** Names and sizes of what a .vsix, which is a zip file, holds. */
async function readEntries(path) {
  const { default: yauzl } = await import('yauzl');
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) {
        reject(error);
        return;
      }
      const entries = [];
      zip.on('entry', (entry) => {
        entries.push({ name: entry.fileName, size: entry.uncompressedSize });
        zip.readEntry();
      });
      zip.on('end', () => resolve(entries));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}

/** Files below some folders of `folder` (all, without the second argument), as relative paths with forward slashes. */
function listFiles(folder, subfolders) {
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

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path, value) {
  writeFileSync(path, JSON.stringify(value, undefined, 2));
}
