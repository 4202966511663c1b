import type { WorkspaceFolder } from 'vscode-languageserver';
import type { ProxySettings, ServerConfiguration } from '../../shared/protocol';
import { parseTransferredSettings } from '../../shared/settings';
import { filePath } from './fileName';
import type { ModelConfiguration } from '../model/modelHost';

/** What the client sent, checked: a setting that is not as it should be has its default. */
export function parseConfiguration(value: unknown): ServerConfiguration {
  const record = recordOf(value);
  return {
    settings: parseTransferredSettings(record['settings']),
    workspaceTrusted: record['workspaceTrusted'] === true,
    proxy: parseProxy(record['proxy']),
  };
}

/** Which model the settings ask for, where it is to run, and by what way it comes. */
export function modelConfiguration({ settings, proxy }: ServerConfiguration): ModelConfiguration {
  const { model, modelPath, cacheFolder, device, unloadAfterMinutes } = settings;
  return {
    choice: modelPath === '' ? { kind: 'catalog', name: model } : { kind: 'file', path: modelPath },
    cacheFolder: cacheFolder === '' ? undefined : cacheFolder,
    device,
    unloadAfterMinutes,
    proxy,
  };
}

function parseProxy(value: unknown): ProxySettings {
  const { url, noProxy } = recordOf(value);
  return {
    url: typeof url === 'string' ? url : '',
    noProxy: Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string') : [],
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Paths of the folders that are on this machine. */
export function pathsOf(folders: readonly WorkspaceFolder[]): string[] {
  return folders.flatMap(({ uri }) => filePath(uri) ?? []);
}
