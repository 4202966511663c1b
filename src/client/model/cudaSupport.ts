import { ProgressLocation, window, type CancellationToken } from 'vscode';
import { UserError } from '../../base/errors';
import { formatBytes } from '../../base/formatBytes';
import type { CudaOffer, CudaSupport } from '../../shared/cudaSupport';
import { cudaSupportRequest, getCudaRequest, type CommandResult } from '../../shared/protocol';
import type { Application } from '../application';

type CudaUser = Pick<Application, 'requireClient'>;

/**
 * Says whether CUDA can be used, and where its part of ONNX Runtime is missing offers to fetch it, or to take it from a
 * folder. Throws a `UserError` where that fails.
 */
export async function getCudaSupport(application: CudaUser): Promise<void> {
  const client = application.requireClient();
  const found = await withProgress('looking for CUDA', (token) =>
    client.sendRequest(cudaSupportRequest, token),
  );
  if (found?.hasProvider !== false) {
    tell(found);
    return;
  }
  const folder = await chooseSource(found.offer);
  if (folder !== undefined) {
    const task = folder === null ? `downloading ${found.offer.name}` : 'copying';
    tell(await withProgress(task, (token) => client.sendRequest(getCudaRequest, { folder }, token)));
  }
}

/** Where the provider is to come from: a folder, null for a download, undefined for nowhere. */
async function chooseSource({
  name,
  byteCount,
  licence,
  files,
}: CudaOffer): Promise<string | null | undefined> {
  const listed = files.map((file) => `${file.name}, ${formatBytes(file.byteCount)}, SHA-256 ${file.sha256}`);
  const detail = [
    `Download of ${formatBytes(byteCount)} with your own pip. Licence: ${licence}. Only these files of it are kept, once their size and hash are found right:`,
    ...listed,
    'It also needs the CUDA 13 libraries (cuBLAS, cuRAND, runtime) and the NVIDIA driver of your system.',
  ].join('\n\n');
  const picked = await window.showInformationMessage(
    `CUDA needs a part of ONNX Runtime that does not come with Sotto: ${name}.`,
    { modal: true, detail },
    'Download',
    'Choose a Folder…',
  );
  if (picked !== 'Choose a Folder…') {
    return picked === 'Download' ? null : undefined;
  }
  const [folder] =
    (await window.showOpenDialog({
      title: `Choose the folder onnxruntime/capi of ${name}`,
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return folder?.fsPath;
}

/** What a request found; undefined where the user cancelled it. */
async function withProgress(
  message: string,
  send: (token: CancellationToken) => Promise<CommandResult<CudaSupport>>,
): Promise<CudaSupport | undefined> {
  const result = await window.withProgress(
    { location: ProgressLocation.Notification, title: `Sotto: ${message}`, cancellable: true },
    (_, token) => send(token),
  );
  if (result.kind === 'failed') {
    // Not with its own code: what is offered after a failed download is about the model.
    throw new UserError('device-unavailable', result.reason, result.advice);
  }
  return result.kind === 'done' ? result.value : undefined;
}

function tell(support: CudaSupport | undefined): void {
  if (support !== undefined) {
    const { problem } = support;
    void window.showInformationMessage(
      problem === null
        ? 'CUDA can be used: "Sotto: Choose Device" chooses it.'
        : `CUDA cannot be used yet. ${problem}`,
    );
  }
}
