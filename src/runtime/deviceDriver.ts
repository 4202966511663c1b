import { execFile } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';

/**
 * A text that changes when a graphics card or its driver does; what it says is of no other use. ONNX Runtime's C API
 * names neither, so this asks the system. Empty where the system does not tell.
 */
export async function describeDrivers(): Promise<string> {
  if (process.platform === 'linux') {
    return (await Promise.all([linuxCards(), linuxModules(), vulkanDrivers()])).flat().join('; ');
  }
  // macOS ships its drivers with the system.
  return process.platform === 'win32' ? windowsDrivers() : `${process.platform} ${release()}`;
}

/** PCI vendor and device of each card, which also tells when an external one came or went. */
async function linuxCards(): Promise<string[]> {
  const folder = '/sys/class/drm';
  const cards = (await readdir(folder).catch(() => [])).filter((name) => /^renderD\d+$/.test(name));
  return Promise.all(
    cards.map(async (card) => {
      const ids = await Promise.all(
        ['vendor', 'device'].map((name) => firstLine(join(folder, card, 'device', name))),
      );
      return `${card} ${ids.join(':')}`;
    }),
  );
}

/** The kernel's release stands for the drivers that come with it, NVIDIA's is a module of its own. */
async function linuxModules(): Promise<string[]> {
  return [release(), await firstLine('/proc/driver/nvidia/version')];
}

/** Drivers in user space (Mesa, NVIDIA) register here, and their packages write the files anew at each update. */
async function vulkanDrivers(): Promise<string[]> {
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
  const named = [process.env['VK_ICD_FILENAMES'], process.env['VK_DRIVER_FILES']].flatMap(
    (value) => value?.split(':') ?? [],
  );
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))),
  );
  return Promise.all(
    [...named, ...found.flat()].map(async (path) => {
      const file = await stat(path).catch(() => undefined);
      return `${path} ${file?.mtimeMs ?? 'absent'}`;
    }),
  );
}

/** Name and version of each display adapter's driver, from the registry's class of display adapters. */
function windowsDrivers(): Promise<string> {
  const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}';
  return new Promise((resolve) => {
    execFile(
      'reg',
      ['query', key, '/s', '/f', 'Driver', '/t', 'REG_SZ'],
      { windowsHide: true },
      (error, output) => {
        const lines = output.split(/\r?\n/).map((line) => line.trim());
        const telling = lines.filter((line) => /^Driver(Desc|Version)\b/.test(line));
        resolve(error === null ? telling.join('; ').replaceAll(/\s+/g, ' ') : '');
      },
    );
  });
}

async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n', 1)[0]?.trim() ?? '';
}
