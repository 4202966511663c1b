import type { DeviceLost, ModelDescription } from '../../shared/modelState';

/** `, about 25 tok/s here`, or nothing while nothing is known of this machine's speed. */
export function describeExpectation({ expectation }: Pick<ModelDescription, 'expectation'>): string {
  return expectation === null ? '' : `, about ${Math.round(expectation.tokensPerSecond)} tok/s here`;
}

/** Why the model runs without the device that the setting names, and what can be done. */
export function describeMissing({ device, kind }: DeviceLost): string {
  return {
    failed: `${device} failed and is tried again within an hour.`,
    hung: `${device} did not answer and is not tried again before a restart.`,
    crashed: `${device} ended the server; choose it again in "Sotto: Choose Device" to try it once more.`,
  }[kind];
}
