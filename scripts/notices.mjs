// ThirdPartyNotices.txt: the licence of every package whose code ships, read from the packages that esbuild put into the
// bundles (its metafile) and those that are shipped beside them. A package without a text fails.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './setup.mjs';
import { isAllowed, readJson, runtimePackageNames } from './stage.mjs';

/** ThirdPartyNotices.txt for the present build. */
export function noticesOfPackage() {
  const metafile = readJson(join(root, 'dist', 'metafile.json'));
  const shipped = Object.keys(metafile.outputs).filter(isAllowed);
  const native = runtimePackageNames.map((name) => join(root, 'node_modules', name));
  return composeNotices(
    [...bundledPackages(metafile, shipped, root), ...native],
    join(root, 'scripts', 'licences'),
  );
}

/** The folders of the packages, below `folder`, of which some code is in `outputs`, files of an esbuild build. */
export function bundledPackages(metafile, outputs, folder) {
  const paths = outputs.flatMap((output) => {
    const { inputs } = metafile.outputs[output];
    return Object.keys(inputs)
      .filter((path) => inputs[path].bytesInOutput > 0)
      .map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0])
      .filter((path) => path !== undefined);
  });
  return [...new Set(paths)].map((path) => join(folder, path));
}

/**
 * The text of ThirdPartyNotices.txt. `suppliedFolder` holds the texts that packages leave out, each as NAME.txt, copied
 * from the projects they belong to. Throws when a package has neither, or does not say what its licence is.
 */
export function composeNotices(packageFolders, suppliedFolder) {
  const notices = packageFolders.map((folder) => describePackage(folder, suppliedFolder));
  const incomplete = notices.filter(
    ({ licence, texts }) => typeof licence !== 'string' || texts.length === 0,
  );
  if (incomplete.length > 0) {
    const names = incomplete.map(({ title }) => `  ${title}`);
    throw new Error(
      ['Packages without a licence text:', ...names, `Put it into ${suppliedFolder}.`].join('\n'),
    );
  }
  const sections = new Map(
    notices
      .toSorted((one, other) => (one.title < other.title ? -1 : 1))
      .map(({ title, licence, texts }) => [title, [`${title} (${licence})`, ...texts].join('\n\n')]),
  );
  const head = `Sotto contains code of these ${sections.size} packages. Each is under the licence that follows its name.`;
  return `${[head, ...sections.values()].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function describePackage(folder, suppliedFolder) {
  const { name, version, license } = readJson(join(folder, 'package.json'));
  const own = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|third-?party-?notices?)(\.(md|txt))?$/i.test(file))
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r', '').trim());
  return {
    title: `${name} ${version}`,
    licence: license,
    texts: own.length > 0 ? own : suppliedTexts(name, suppliedFolder),
  };
}

function suppliedTexts(name, suppliedFolder) {
  // One project in several packages, one for each platform; the text is in that of all.
  const owner = name.startsWith('@koromix/koffi-') ? 'koffi' : basename(name);
  const path = join(suppliedFolder, `${owner}.txt`);
  return existsSync(path) ? [readFileSync(path, 'utf8').trim()] : [];
}
