import type { WorkspaceFolder } from 'vscode-languageserver';
import type { ServerConfiguration } from '../../shared/protocol';
import { parseTransferredSettings, type Settings } from '../../shared/settings';
import { filePath } from './fileName';
import type { ModelConfiguration } from '../model/modelHost';

/** What the client sent, checked: a setting that is not as it should be has its default. */
export function parseConfiguration(value: unknown): ServerConfiguration {
  const record: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return {
    settings: parseTransferredSettings(record['settings']),
    workspaceTrusted: record['workspaceTrusted'] === true,
  };
}

/** Which model the settings ask for, and where it is to run. */
export function modelConfiguration(settings: Settings): ModelConfiguration {
  const { model, modelPath, cacheFolder, device, unloadAfterMinutes } = settings;
  return {
    choice: modelPath === '' ? { kind: 'catalog', name: model } : { kind: 'file', path: modelPath },
    cacheFolder: cacheFolder === '' ? undefined : cacheFolder,
    device,
    unloadAfterMinutes,
  };
}

/** Paths of the folders that are on this machine. */
export function pathsOf(folders: readonly WorkspaceFolder[]): string[] {
  return folders.flatMap(({ uri }) => filePath(uri) ?? []);
}
