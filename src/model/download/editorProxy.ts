import type { Environment } from '../cache';

/** The proxy that the editor was told of; `url` is empty where there is none. */
export interface EditorProxy {
  readonly url: string;
  /** Hosts that are reached without it. */
  readonly noProxy: readonly string[];
}

/** The environment with the editor's proxy, for us and for pip; one that names a proxy itself stays as it is. */
export function withEditorProxy(environment: Environment, { url, noProxy }: EditorProxy): Environment {
  const namesProxy = Object.keys(environment).some((name) => /^https?_proxy$/i.test(name));
  if (url === '' || namesProxy) {
    return environment;
  }
  const namesExceptions = Object.keys(environment).some((name) => /^no_proxy$/i.test(name));
  return {
    ...environment,
    http_proxy: url,
    https_proxy: url,
    ...(namesExceptions ? {} : { no_proxy: noProxy.join(',') }),
  };
}
