import type { ModelDescription } from '../../shared/modelState';

/** `, about 25 tok/s here`, or nothing while nothing is known of this machine's speed. */
export function describeExpectation({ expectation }: Pick<ModelDescription, 'expectation'>): string {
  return expectation === null ? '' : `, about ${Math.round(expectation.tokensPerSecond)} tok/s here`;
}
