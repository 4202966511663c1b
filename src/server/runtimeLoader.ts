import { userErrorOf } from '../base/errors';
import type { Logger } from '../base/logger';
import { createCompleter } from '../features/completion/engineCompleter';
import { findFimTokens } from '../features/completion/prompt/fimTokens';
import { createUnableCompleter } from '../features/completion/unableCompleter';
import type { Cache } from '../model/cache';
import { catalog, findCatalogEntry } from '../model/catalog';
import { withEditorProxy } from '../model/download/editorProxy';
import { modelFileState, resolveOwnModelFile } from '../model/modelFile';
import { checkGguf } from '../model/prepare';
import type { MissingDevice } from '../runtime/deviceControl';
import { reportDevices, type MeasuredModel } from '../runtime/deviceReport';
import { forgetDeviceCrashes } from '../runtime/deviceTable';
import { engineFacts } from '../runtime/engineFacts';
import { defaultContextCapacity } from '../runtime/languageModel';
import type { DeviceLost, DeviceReport } from '../shared/modelState';
import { createBugFinder, createUnableBugFinder } from './bugs/bugFinder';
import { withGhostComments } from './completion/ghostComments';
import { cacheAt } from './model/cacheAt';
import { missingModel, type ModelChoice, type ModelLoader, type ResidentModel } from './model/modelLoader';
import { SharedModels, type ModelShare } from './model/sharedModels';
import { scheduleEngine } from './scheduledEngine';
import type { Priority, Scheduler } from './scheduler';

/** The real models, of which each is in memory once; every user of the engine takes turns through `scheduler`. */
export function createRuntimeLoader(scheduler: Scheduler, models = new SharedModels()): ModelLoader {
  return {
    contextCapacity: defaultContextCapacity,
    listModels: async (cacheFolder) => {
      const cache = cacheAt(cacheFolder);
      return Promise.all(
        catalog.map(async (entry) => ({
          name: entry.name,
          title: entry.title,
          byteCount: entry.byteCount,
          parameterCount: entry.parameterCount,
          licence: entry.license.name,
          origin: entry.origin,
          advice: entry.advice,
          present: await isFilePresent(entry.name, cache),
        })),
      );
    },
    isModelPresent: async (choice, cacheFolder) => isPresent(choice, cacheAt(cacheFolder)),
    checkFile: async (path, signal) => checkGguf(await resolveOwnModelFile(path), signal),
    async deviceReport(choice, cacheFolder) {
      // To hash a file of the user's takes seconds: not for a menu.
      const entry = choice.kind === 'file' ? undefined : catalog.find(({ name }) => name === choice.name);
      const modelSha256 = entry?.sha256;
      return { current: null, lines: await deviceLines({ modelSha256, cache: cacheAt(cacheFolder) }) };
    },
    forgetCrashes: async (device, cacheFolder) =>
      forgetDeviceCrashes(cacheAt(cacheFolder).devicesFile, device),
    async load(options, signal) {
      const { choice, cacheFolder, download, report, logger, device, proxy } = options;
      const cache = cacheAt(cacheFolder);
      if (download === 'forbidden' && !(await isPresent(choice, cache))) {
        throw missingModel();
      }
      const share = await models.acquire(
        {
          ...{ choice, cache, report, logger, device },
          environment: withEditorProxy(process.env, proxy),
          onDeviceMoved: (moved, missing) =>
            options.onDeviceMoved(engineFacts.deviceTitle(moved), missing && lostDevice(missing)),
          onDeviceLost: (lost, loss) => options.onDeviceLost(lostDevice({ ...loss, device: lost })),
        },
        signal,
      );
      return serveModel(share, cache, scheduler, logger);
    },
  };
}

/** What the server does with a model, each use with its own priority. */
function serveModel(
  { model, noteTurn, release }: ModelShare,
  cache: Cache,
  scheduler: Scheduler,
  logger: Logger,
): ResidentModel {
  const { tokenizer, devices } = model;
  // Sorting the vocabulary takes tens of milliseconds: not during the first completion.
  tokenizer.bytePrefixIndex();
  const engineFor = (priority: Priority) => scheduleEngine(model.engine, scheduler, priority, noteTurn);
  const engine = engineFor('completion');
  // A model for chat alone explains and documents all the same.
  const unable = userErrorOf(() => findFimTokens(tokenizer));
  const completer = withGhostComments(
    unable === undefined
      ? createCompleter({ engine, tokenizer, logger })
      : createUnableCompleter(unable.message),
    { engine, tokenizer },
    logger,
  );
  const commands = {
    engine: engineFor('command'),
    tokenizer,
    chatTemplate: model.manifest.chatTemplate,
  };
  const background = { engine: engineFor('background'), tokenizer };
  return {
    completer,
    commands,
    bugs:
      unable === undefined ? createBugFinder(background, commands, completer) : createUnableBugFinder(unable),
    limitation: unable?.message,
    device: engineFacts.deviceTitle(devices.engine.device),
    missing: devices.missing && lostDevice(devices.missing),
    tryDevice: (device) => devices.tryAgain(device),
    deviceReport: async () => ({
      current: engineFacts.deviceTitle(devices.engine.device),
      lines: await deviceLines({ modelSha256: model.manifest.sourceSha256, cache }),
    }),
    async dispose() {
      await completer.dispose();
      await release();
    },
  };
}

async function deviceLines(model: MeasuredModel): Promise<DeviceReport['lines']> {
  return (await reportDevices(model)).map(({ device, detail }) => ({
    name: device,
    title: engineFacts.deviceTitle(device),
    detail,
  }));
}

/** As its users know it. */
function lostDevice({ device, ...loss }: MissingDevice): DeviceLost {
  return { ...loss, device: engineFacts.deviceTitle(device) };
}

/** A user's own file counts as present: what is wrong with it is said when it is loaded. */
function isPresent(choice: ModelChoice, cache: Cache): Promise<boolean> {
  return choice.kind === 'file' ? Promise.resolve(true) : isFilePresent(choice.name, cache);
}

async function isFilePresent(name: string, cache: Cache): Promise<boolean> {
  const { state } = await modelFileState(findCatalogEntry(name), cache);
  return state === 'verified' || state === 'unverified';
}
