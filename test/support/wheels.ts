import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../src/model/cache';

export interface WheelContent {
  readonly packageName: string;
  readonly version: string;
  /** Member name -> bytes. */
  readonly members: Readonly<Record<string, Buffer>>;
}

export const havePip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;

/** The interpreter behind whatever `python3` on the PATH is. */
export function pythonExecutable(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable, end="")'], { encoding: 'utf8' });
}

const buildScript = `
import json, pathlib, sys, zipfile
name, version, folder, members = json.loads(sys.stdin.read())
module = name.replace('-', '_')
with zipfile.ZipFile(f'{folder}/{module}-{version}-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr(f'{module}/__init__.py', "raise SystemExit('the wheel was run')\\n")
    for member, path in members.items():
        wheel.writestr(member, pathlib.Path(path).read_bytes())
    info = f'{module}-{version}.dist-info'
    wheel.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n')
    wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(f'{info}/RECORD', '')
`;

/** Writes a wheel that pip accepts into `folder`, and gives its path. */
export function writeWheel(folder: string, { packageName, version, members }: WheelContent): string {
  mkdirSync(folder, { recursive: true });
  const memberFiles = Object.entries(members).map(([name, bytes], index) => {
    const path = join(folder, `member-${index}.bin`);
    writeFileSync(path, bytes);
    return [name, path];
  });
  execFileSync('python3', ['-c', buildScript], {
    input: JSON.stringify([packageName, version, folder, Object.fromEntries(memberFiles)]),
  });
  return join(folder, `${packageName.replaceAll('-', '_')}-${version}-py3-none-any.whl`);
}

/** An environment in which pip knows no index and no configuration, only the wheels in `folder`. */
export function offlinePip(folder: string): Environment {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SYSTEMROOT: process.env.SYSTEMROOT,
    PIP_CONFIG_FILE: process.platform === 'win32' ? 'nul' : '/dev/null',
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: folder,
  };
}
