import { UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { ReportProgress } from '../../base/progress';
import type { ProxySettings } from '../../shared/protocol';
import type { DeviceLost, DeviceReport } from '../../shared/modelState';
import type { Settings } from '../../shared/settings';
import type { Engine } from '../../engine/engine';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Completer } from '../../features/completion/completer';
import type { BugFinder } from '../bugs/bugFinder';
import type { ListedModel } from './modelExpectations';

/** Which model the settings name: one of the catalog, or a GGUF file of the user's. */
export type ModelChoice =
  { readonly kind: 'catalog'; readonly name: string } | { readonly kind: 'file'; readonly path: string };

export interface LoadOptions {
  readonly choice: ModelChoice;
  /** Undefined: the platform's cache folder. */
  readonly cacheFolder: string | undefined;
  /** Only a request that the user made may use the network; loading on demand must not. */
  readonly download: 'allowed' | 'forbidden';
  /** The editor's. */
  readonly proxy: ProxySettings;
  readonly report: ReportProgress;
  readonly logger: Logger;
  /** As the setting names it: `auto`, `cpu`, … */
  readonly device: DeviceSetting;
  /** The model runs on another device from now on, named in words; `missing` as that of a `ResidentModel`. */
  readonly onDeviceMoved: (device: string, missing?: DeviceLost) => void;
  /** A device failed while it ran the model, or ended the process before this one; the model runs without. */
  readonly onDeviceLost: (lost: DeviceLost) => void;
}

export type DeviceSetting = Settings['device'];

/** How a model comes into memory. Production: src/runtime; tests: a scripted one. */
export interface ModelLoader {
  /** Positions of a model's context once it is loaded; fewer where the model was trained on fewer. */
  readonly contextCapacity: number;
  listModels(cacheFolder: string | undefined): Promise<readonly ListedModel[]>;
  /** Whether loading needs no download. */
  isModelPresent(choice: ModelChoice, cacheFolder: string | undefined): Promise<boolean>;
  /** Rejects with a `UserError` when the GGUF at `path` could not be used. Loads nothing. */
  checkFile(path: string, signal: AbortSignal): Promise<void>;
  /** As a `ResidentModel`'s, of a model that is not in memory. */
  deviceReport(choice: ModelChoice, cacheFolder: string | undefined): Promise<DeviceReport>;
  /** Forgets that the device ended a server: the user chose it again. */
  forgetCrashes(device: string, cacheFolder: string | undefined): Promise<void>;
  /** Downloads (if allowed), prepares and loads. Rejects with a `UserError`, or the signal's reason. */
  load(options: LoadOptions, signal: AbortSignal): Promise<ResidentModel>;
}

/** A model in memory, with what the server does with it. */
export interface ResidentModel {
  readonly completer: Completer;
  /** For what a user runs as a command: it gives way to completions. */
  readonly commands: CommandModel;
  readonly bugs: BugFinder;
  /** What this model cannot do, as a sentence; absent for one that serves everything. */
  readonly limitation?: string;
  /** What runs the model, in words: `CPU`, `WebGPU (…)`. */
  readonly device: string;
  /** The device that the setting names, where the model has to run without it. */
  readonly missing?: DeviceLost;
  /** Goes to a device that is missing after all. */
  tryDevice(device: string): void;
  /** The device now, in words, and what is known of those of this machine for this model. */
  deviceReport(): Promise<DeviceReport>;
  /** Waits for what runs, then frees everything. */
  dispose(): Promise<void>;
}

export interface CommandModel {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  /** Of the model's file (Jinja), where it has one. */
  readonly chatTemplate: string | undefined;
}

/** What is said to who needs a model that is not there. */
export function missingModel(): UserError {
  return new UserError(
    'model-not-found',
    'The model is not on this machine.',
    'Run "Sotto: Get the Model", which downloads it once.',
  );
}
