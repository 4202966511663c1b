/**
 * Where the model stands. The server owns it and announces every change; the status item, the first-run offer and
 * the outcomes page are all drawn from it.
 *
 *     absent -> downloading -> preparing -> loading -> ready <-> unloaded
 *     any step -> failed; a cancelled step returns to where it began
 */
export type ModelState =
  /** Not on this machine; nothing is downloaded before the user says so. */
  | { readonly kind: 'absent'; readonly model: string }
  | {
      readonly kind: 'downloading';
      readonly model: string;
      readonly doneByteCount: number;
      readonly totalByteCount: number | null;
    }
  /** The file is being checked or made into a graph; `fraction` is 0..1, null while it is not known. */
  | { readonly kind: 'preparing'; readonly model: string; readonly fraction: number | null }
  | { readonly kind: 'loading'; readonly model: string }
  | {
      readonly kind: 'ready';
      readonly model: string;
      readonly device: string;
      /** The device that the setting names, where the model has to run without it; null where it does not. */
      readonly missing: DeviceLost | null;
      /** Decoded tokens a second over the last suggestions; null before the first. */
      readonly tokensPerSecond: number | null;
      /** What this model cannot do, as a sentence; null for one that serves everything. */
      readonly limitation: string | null;
    }
  /** On disk, not in memory: it was not used for a while, or not needed yet. Loads when it is needed. */
  | { readonly kind: 'unloaded'; readonly model: string }
  | {
      readonly kind: 'failed';
      readonly model: string;
      readonly reason: string;
      readonly advice: string;
    };

/** What is known of the devices that could run the model, for the menu. */
export interface DeviceReport {
  /** The device that runs the model now, as its users know it; null while no model is in memory. */
  readonly current: string | null;
  /** One for each device that this platform can have. */
  readonly lines: readonly DeviceDescription[];
}

/** A device that the model runs without from now on. */
export interface DeviceLost {
  /** As its users know it. */
  readonly device: string;
  /**
   * `failed`: a run failed, and it is tried again later. `hung`: it did not answer, and is tried by another server only.
   * `crashed`: it ended the server before this one, or hung in it, and is not tried.
   */
  readonly kind: 'failed' | 'hung' | 'crashed';
  readonly reason: string;
}

interface DeviceDescription {
  /** The name that `sotto.device` takes. */
  readonly name: string;
  readonly title: string;
  /** Its speed, why it is not used, or that it was not measured. */
  readonly detail: string;
}

/** A model that can be had, as the first-run offer and the picker show it. */
export interface ModelDescription {
  /** The name that `sotto.model` takes. */
  readonly name: string;
  readonly title: string;
  readonly byteCount: number;
  readonly licence: string;
  /** Where the file comes from, in words. */
  readonly origin: string;
  /** For whom it is meant, in one phrase. */
  readonly advice: string;
  readonly present: boolean;
  /** Weights that each token passes through: what speed depends on. */
  readonly parameterCount: number;
  /** From the speed of the model in memory; null until that was measured. */
  readonly expectation: ModelExpectation | null;
}

/** How fast a model is, or would be, on this machine. */
export interface ModelExpectation {
  readonly tokensPerSecond: number;
  /** Of a typical suggestion. */
  readonly suggestionMs: number;
  readonly keepsUpWithTyping: boolean;
}
