// `npm run package`: one .vsix for this platform, with only this platform's native files. The extension is staged in a
// folder of its own, packaged there, and the result is checked file by file and, natively, by loading it.
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noticesOfPackage } from './notices.mjs';
import { root, run, setUp } from './setup.mjs';
import { isAllowed, listFiles, platform, readJson, stageExtension } from './stage.mjs';

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
  setUp();
  run(process.execPath, ['esbuild.mjs']);
  stageExtension(stage);
  writeFileSync(join(stage, 'ThirdPartyNotices.txt'), noticesOfPackage());
  copyFileSync(join(root, '.vscodeignore'), join(stage, '.vscodeignore'));
  const { createVSIX } = await import('@vscode/vsce');
  await createVSIX({
    cwd: stage,
    packagePath,
    target: platform,
    allowMissingRepository: true,
    skipLicense: true,
    rewriteRelativeLinks: false, // There is no repository address that the README's links could lead to.
  });
  checkEntries(await readEntries(packagePath));
}

function checkEntries(entries) {
  const byteCount = statSync(packagePath).size;
  for (const { name, size } of entries.toSorted((a, b) => b.size - a.size).slice(0, 12)) {
    console.log(`${(size / 1e6).toFixed(1).padStart(8)} MB  ${name}`);
  }
  console.log(`${(byteCount / 1e6).toFixed(1).padStart(8)} MB  ${packagePath}, ${entries.length} files`);
  const own = ['extension.vsixmanifest', '[Content_Types].xml'];
  const paths = entries
    .filter(({ name }) => !own.includes(name))
    .map(({ name }) => name.replace(/^extension\//, ''));
  requireNone(
    'Not on the allow-list:',
    paths.filter((path) => !isAllowed(path)),
  );
  // The texts at the top get other names in the package.
  const staged = listFiles(stage).filter((path) => path.includes('/'));
  requireNone(
    'Staged, and not in the package:',
    staged.filter((path) => !paths.includes(path)),
  );
  if (!paths.includes('ThirdPartyNotices.txt')) {
    throw new Error('The package lacks the licences of what is in it.');
  }
  if (byteCount > maxPackageBytes) {
    throw new Error(`The package is larger than ${maxPackageBytes / 1e6} MB.`);
  }
}

function requireNone(complaint, paths) {
  if (paths.length > 0) {
    throw new Error([complaint, ...paths.map((path) => `  ${path}`)].join('\n'));
  }
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
