import koffi from 'koffi';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's and Ubuntu's packages put Chromium's own Vulkan loader and its driver that draws on the CPU. */
const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser'];
const driverName = 'vk_swiftshader_icd.json';
const loaderName = 'libvulkan.so.1';
const folder = folders.find((candidate) => existsSync(join(candidate, driverName)));

/** Why WebGPU cannot be tested here, or undefined when it can. */
export const noSoftwareAdapter: string | undefined =
  folder === undefined ? 'Chromium with its software adapter is not installed' : undefined;

/**
 * Sizes of a tiny model that the adapter computes in milliseconds. In blocks of 128, which a hidden size of 128 would
 * have, ONNX Runtime's kernel for several tokens at once is twelve times as slow on it: its tiled one takes blocks of 32.
 */
export const softwareAdapterSizes = { hiddenSize: 64, feedForwardSize: 96, layerCount: 1 } as const;

/**
 * The adapter computes on the processor, beside whatever else runs there: a busy machine makes a test slow, not red.
 */
export const softwareAdapterTimeoutMs = 15 * 60_000;

/**
 * A Vulkan driver to test WebGPU with in place of Chromium's, as the path of its JSON file: Mesa's lavapipe from version
 * 25 on has float16, which Chromium's lacks, but compiles shaders for minutes.
 */
export const chosenDriver: string | undefined = process.env['SOTTO_VULKAN_DRIVER'];

/** What a child process needs in its environment to find the software adapter, and no other. */
export function softwareAdapterEnvironment(): { VK_ICD_FILENAMES: string; LD_LIBRARY_PATH: string } {
  return {
    VK_ICD_FILENAMES: chosenDriver ?? join(folder ?? '', driverName),
    LD_LIBRARY_PATH: folder ?? '',
  };
}

/** Makes this process use the software adapter for WebGPU; to be called before WebGPU is used for the first time. */
export function useSoftwareAdapter(): void {
  const { VK_ICD_FILENAMES, LD_LIBRARY_PATH } = softwareAdapterEnvironment();
  process.env['VK_ICD_FILENAMES'] = VK_ICD_FILENAMES;
  // The linker read LD_LIBRARY_PATH when this process began; a loaded library of that name is found as well.
  held.push(koffi.load(join(LD_LIBRARY_PATH, loaderName)));
}

/** koffi unloads a library whose handle is collected. */
const held: unknown[] = [];
