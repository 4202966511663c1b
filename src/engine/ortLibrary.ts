import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../base/errors';
import { OrtApi } from './ortApi';

/** File name of ONNX Runtime's shared library by platform, as onnxruntime-node ships it. */
const libraryNames: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/**
 * Path of the ONNX Runtime library for this machine. Throws `UserError` `unsupported-platform` when
 * onnxruntime-node ships none (Intel Macs, musl), `engine-library-missing` when the package is incomplete.
 */
export function ortLibraryPath(
  platform: NodeJS.Platform = process.platform,
  architecture = process.arch,
): string {
  const supported = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
  const libraryName = libraryNames[platform];
  if (libraryName === undefined || !supported.includes(`${platform}-${architecture}`)) {
    throw new UserError(
      'unsupported-platform',
      `ONNX Runtime is not available for ${platform}-${architecture}.`,
      `Sotto runs on ${supported.join(', ')}.`,
    );
  }
  const packageFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const path = join(packageFolder, 'bin', 'napi-v6', platform, architecture, libraryName);
  if (!existsSync(path)) {
    throw new UserError(
      'engine-library-missing',
      `The ONNX Runtime library is missing: ${path}`,
      'Reinstall Sotto for this platform.',
    );
  }
  return path;
}

/** The version of the library for this machine, for example "1.30.0". Throws as `ortLibraryPath` and `OrtApi.load`. */
export function ortLibraryVersion(): string {
  return OrtApi.load(ortLibraryPath()).version;
}
