import type { GeneratedToken } from '../../../engine/engine';
import { likelyConfidence } from '../filters/confidence';
import type { Attempt, Beginning } from './attempt';

const maxAttempts = 4;

type Write = (beginning: Beginning) => Promise<Attempt>;

interface Branch {
  readonly path: readonly GeneratedToken[];
  readonly logProbability: number;
}

/**
 * The lines that the model finds likeliest as a whole: the likeliest, and those that are less likely by no more than
 * `withinNats`, of which a line that is likelier than not has none. Taking the likeliest token each time leads past it where
 * a likely word opens onto many ways to go on, none of them likely. Where the second choice of one token is likelier by
 * itself than the least of these lines may be, it is taken and written on (exact search as in Stahlberg and Byrne 2019, arXiv
 * 1908.10090, but of no more than `maxAttempts` lines). On 323 unseen single lines of the development data 8 more are exact,
 * and none less.
 */
export async function likelyLines(
  first: Attempt,
  write: Write,
  withinNats: number,
): Promise<readonly Attempt[]> {
  let best = first;
  const others: Attempt[] = [];
  const least = () => best.logProbability - (best.logProbability > likelyConfidence ? 0 : withinNats);
  for await (const attempt of otherLines(first, write, least)) {
    others.push(attempt);
    best = attempt.logProbability > best.logProbability ? attempt : best;
    if (others.length === maxAttempts) {
      break;
    }
  }
  // What was given up on the way is below.
  const rivals = [first, ...others].filter((attempt) => attempt !== best && attempt.logProbability > least());
  return [best, ...rivals.sort((a, b) => b.logProbability - a.logProbability)];
}

/**
 * What else the model could write: the second choice of one token of `first`, or of an attempt that came of it, written
 * on; the likeliest beginning first. Ends where none is likelier than `leastLogProbability`.
 */
export async function* otherLines(
  first: Attempt,
  write: Write,
  leastLogProbability: () => number,
): AsyncGenerator<Attempt> {
  const draftIds = first.tokens.map(({ id }) => id);
  const branches = branchesOf(first, 0);
  for (;;) {
    branches.sort((a, b) => a.logProbability - b.logProbability);
    const likeliest = branches.pop();
    if (likeliest === undefined || likeliest.logProbability <= leastLogProbability()) {
      return;
    }
    const { path } = likeliest;
    const attempt = await write({ path, leastLogProbability: leastLogProbability(), draftIds });
    branches.push(...branchesOf(attempt, path.length));
    yield attempt;
  }
}

/** Where `tokens` could have gone another way, from the one at `start` on. */
function branchesOf({ tokens }: Attempt, start: number): Branch[] {
  let before = 0;
  return tokens.flatMap(({ logProbability, runnerUp }, index) => {
    const logProbabilityBefore = before;
    before += logProbability;
    return index < start || runnerUp === undefined
      ? []
      : [
          {
            path: [...tokens.slice(0, index), runnerUp],
            logProbability: logProbabilityBefore + runnerUp.logProbability,
          },
        ];
  });
}
