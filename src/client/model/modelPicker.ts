import { window, type QuickPickItem } from 'vscode';
import { formatBytes } from '../../base/formatBytes';
import { modelFileCheckRequest, modelListRequest } from '../../shared/protocol';
import type { ModelDescription } from '../../shared/modelState';
import type { Application } from '../application';
import { unwrap } from '../commandResult';
import { writeSetting } from '../settings';
import { describeExpectation } from './describeModel';
import { fetchModel, type ModelFetcher } from './fetchModel';

type ModelChooser = ModelFetcher & SettingsWriter;

export type SettingsWriter = Pick<Application, 'settings' | 'sendConfiguration'>;

/** Lets the user choose a model of the catalog or a file, writes the choice to the settings, and gets it. */
export async function chooseModel(application: ModelChooser): Promise<void> {
  const models = await application.requireClient().sendRequest(modelListRequest);
  const { model, modelPath } = application.settings.current();
  const items: readonly PickerItem[] = [
    ...models.map((entry) => describeEntry(entry, modelPath === '' && entry.name === model)),
    {
      label: 'A file…',
      description: modelPath === '' ? '' : `$(check) ${modelPath}`,
      detail: 'A GGUF file on this machine: Qwen2, Qwen3, Llama, Granite or StarCoder2.',
    },
  ];
  const picked = await window.showQuickPick(items, { title: 'Sotto: choose a model' });
  if (picked === undefined) {
    return;
  }
  if (picked.model === undefined) {
    await chooseModelFile(application);
    return;
  }
  await writeChoice(application, { model: picked.model.name, modelPath: '' });
  await fetchModel(application);
}

/**
 * Lets the user choose a GGUF file, for machines without a network. Throws a `UserError` when it cannot be used; then the
 * model of before stays.
 */
export async function chooseModelFile(application: ModelChooser): Promise<void> {
  const client = application.requireClient();
  const [file] =
    (await window.showOpenDialog({
      title: 'Choose a GGUF file',
      openLabel: 'Use this model',
      filters: { 'GGUF models': ['gguf'] },
    })) ?? [];
  if (file === undefined) {
    return;
  }
  const path = file.fsPath;
  unwrap(await client.sendRequest(modelFileCheckRequest, { path }));
  await writeChoice(application, { modelPath: path });
  await fetchModel(application);
}

interface PickerItem extends QuickPickItem {
  readonly model?: ModelDescription;
}

function describeEntry(model: ModelDescription, chosen: boolean): PickerItem {
  const where = model.present
    ? 'on this machine'
    : `download ${formatBytes(model.byteCount)} from ${model.origin}`;
  return {
    label: `${chosen ? '$(check) ' : ''}${model.title}`,
    description: where,
    detail: `${model.advice}${describeExpectation(model)}. Licence: ${model.licence}.`,
    model,
  };
}

/** Writes the user's choice to the settings. */
export async function writeChoice(
  application: SettingsWriter,
  choice: { readonly model?: string; readonly modelPath: string },
): Promise<void> {
  await writeSetting('modelPath', choice.modelPath);
  if (choice.model !== undefined) {
    await writeSetting('model', choice.model);
  }
  // The settings event may come later than this: the request that follows must meet the new choice.
  await application.sendConfiguration();
}
