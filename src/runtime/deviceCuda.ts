import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError, describeError } from '../base/errors';
import { renameWhenFree } from '../base/renameWhenFree';
import { OrtApi } from '../engine/ortApi';
import { ortLibraryPath } from '../engine/ortLibrary';
import {
  asCacheError,
  ensureFreeSpace,
  ensureWritableFolder,
  type Cache,
  type Environment,
} from '../model/cache';
import { findPip } from '../model/download/pipCommand';
import { readWheelMember } from '../model/download/wheel';
import { downloadWheel } from '../model/download/wheelDownload';
import { hashFile } from '../model/preparedFolder';

/**
 * ONNX Runtime's CUDA provider as Microsoft publishes it: a wheel of the same version as the library that we ship. It
 * is never fetched but by the user's command. It needs the CUDA 13 libraries (cuBLAS, cuRAND, runtime) and the driver
 * of the system.
 */
export const cudaProvider = {
  requirement: 'onnxruntime-gpu==1.30.0',
  version: '1.30.0',
  /** The wheel of one Python version, whatever the user's is: the libraries have nothing to do with Python. */
  pipPlatform: ['--python-version=3.12', '--implementation=cp', '--platform=manylinux_2_28_x86_64'],
  wheelByteCount: 246_685_715,
  licence: 'MIT (onnxruntime-gpu, Microsoft)',
  files: [
    {
      name: 'libonnxruntime_providers_shared.so',
      byteCount: 14_632,
      sha256: '086ec1d5388f64153d9c63470d126693db9a182c8ce236d3a1119068471b8a0d',
    },
    {
      name: 'libonnxruntime_providers_cuda.so',
      byteCount: 272_049_904,
      sha256: '35da2e7ed0dd0d1aec5cdb16ce11a51d06c0c48cf62d1b1c9332946a4fae14fc',
    },
  ],
} as const;

const providerName = 'libonnxruntime_providers_cuda.so';

/**
 * The ONNX Runtime library beside which a CUDA provider stands: ONNX Runtime looks for it nowhere else. In the folder
 * that `SOTTO_CUDA_FOLDER` names, where our command put it, or beside the library that ships; undefined when there is
 * none.
 */
export function cudaLibraryPath(cache: Cache, environment: Environment): string | undefined {
  const named = environment['SOTTO_CUDA_FOLDER'];
  const own = ortLibraryPath();
  const folders = [...(named ? [resolve(named)] : []), installFolder(cache)];
  const complete = folders
    .filter((folder) => existsSync(join(folder, providerName)))
    .map((folder) => join(folder, basename(own)))
    .find((path) => existsSync(path));
  return complete ?? (existsSync(join(dirname(own), providerName)) ? own : undefined);
}

/**
 * Takes the provider from a folder of the user's (an unpacked onnxruntime-gpu, for one) and puts it beside a copy of
 * our library in the cache. Returns the library's path. Throws `UserError` `file-not-found` or `disk-full`.
 */
export async function installCudaProvider(sourceFolder: string, cache: Cache): Promise<string> {
  requireCudaPlatform();
  const names = cudaProvider.files.map(({ name }) => name);
  const missing = names.filter((name) => !existsSync(join(sourceFolder, name)));
  if (missing.length > 0) {
    throw new UserError(
      'file-not-found',
      `${resolve(sourceFolder)} does not hold ${missing.join(' and ')}.`,
      `Choose the folder onnxruntime/capi of an unpacked onnxruntime-gpu ${cudaProvider.version} wheel.`,
    );
  }
  return install(cache, async (folder) => {
    for (const name of names) {
      await copyFile(join(sourceFolder, name), join(folder, name));
    }
  });
}

/**
 * Fetches the provider with the user's own pip, checks size and SHA-256 of each library, and puts them beside a copy of
 * our library in the cache. Nothing of the wheel is executed. Throws `UserError` `download-failed`, `disk-full`, or
 * the signal's reason.
 */
export async function fetchCudaProvider(
  cache: Cache,
  environment: Environment,
  signal: AbortSignal,
  stallMs?: number,
): Promise<string> {
  requireCudaPlatform();
  const scratch = join(cache.folder, `cuda.${process.pid}.pip`);
  try {
    await ensureWritableFolder(scratch);
    await ensureFreeSpace(scratch, 4 * cudaProvider.wheelByteCount);
    const pip = await findPip({ folder: scratch, environment }, signal);
    const { requirement, pipPlatform: platform } = cudaProvider;
    const request = { requirement, folder: scratch, environment, platform, stallMs };
    const wheel = await downloadWheel(pip, request, signal);
    return await install(cache, async (folder) => {
      for (const { name, byteCount, sha256 } of cudaProvider.files) {
        const target = join(folder, name);
        await readWheelMember(wheel, { name: `onnxruntime/capi/${name}`, byteCount }, (chunks) =>
          pipeline(chunks, createWriteStream(target), { signal }),
        );
        await requireHash(target, sha256, signal);
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof UserError
      ? error
      : new UserError(
          'download-failed',
          `The CUDA provider could not be fetched: ${describeError(error)}`,
          `Download the wheel ${cudaProvider.requirement} yourself, unpack it, and choose its folder (in a terminal with --from).`,
          { cause: error },
        );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Fills a folder under another name, adds our library and renames it: it is there completely or not at all. */
async function install(cache: Cache, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = installFolder(cache);
  const temporary = `${target}.${process.pid}`;
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    // A copy, not a link: the loader takes a link for the library it has loaded already, which stands elsewhere.
    await copyFile(ortLibraryPath(), join(temporary, basename(ortLibraryPath())));
    await rm(target, { recursive: true, force: true });
    await renameWhenFree(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw asCacheError(error, cache.folder);
  }
  return join(target, basename(ortLibraryPath()));
}

async function requireHash(path: string, sha256: string, signal: AbortSignal): Promise<void> {
  const found = await hashFile(path, signal);
  if (found !== sha256) {
    throw new Error(`${path} (${(await stat(path)).size} bytes) has SHA-256 ${found} in place of ${sha256}`);
  }
}

/**
 * Throws `UserError` `device-unavailable` where CUDA cannot be: only on Linux is our library built for it, and the provider
 * must be of the library's version.
 */
export function requireCudaPlatform(): void {
  const { version } = OrtApi.load(ortLibraryPath());
  if (process.platform !== 'linux' || process.arch !== 'x64' || version !== cudaProvider.version) {
    throw new UserError(
      'device-unavailable',
      `CUDA needs Linux on x64 and ONNX Runtime ${cudaProvider.version}; this is ${process.platform}-${process.arch} with ${version}.`,
      'On Windows and macOS use WebGPU, which needs nothing else.',
    );
  }
}

function installFolder(cache: Cache): string {
  return join(cache.folder, 'cuda', cudaProvider.version);
}
