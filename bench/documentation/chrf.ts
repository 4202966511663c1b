/**
 * chrF2 of one sentence, 0 to 100 (Popović 2015): precision and recall of character n-grams of 1 to 6, white space
 * left out, averaged over n, recall weighing twice as much.
 */
export function chrF(hypothesis: string, reference: string): number {
  const longest = 6;
  const beta = 2;
  let precision = 0;
  let recall = 0;
  let orderCount = 0;
  for (let length = 1; length <= longest; length += 1) {
    const ours = nGrams(hypothesis, length);
    const theirs = nGrams(reference, length);
    const [ourCount, theirCount] = [total(ours), total(theirs)];
    if (ourCount === 0 || theirCount === 0) {
      continue;
    }
    const matchCount = [...ours].reduce(
      (sum, [gram, count]) => sum + Math.min(count, theirs.get(gram) ?? 0),
      0,
    );
    precision += matchCount / ourCount;
    recall += matchCount / theirCount;
    orderCount += 1;
  }
  if (orderCount === 0 || precision + recall === 0) {
    return 0;
  }
  const [meanPrecision, meanRecall] = [precision / orderCount, recall / orderCount];
  return (100 * (1 + beta ** 2) * meanPrecision * meanRecall) / (beta ** 2 * meanPrecision + meanRecall);
}

function nGrams(text: string, length: number): Map<string, number> {
  const characters = text.replace(/\s+/g, '');
  const grams = new Map<string, number>();
  for (let start = 0; start + length <= characters.length; start += 1) {
    const gram = characters.slice(start, start + length);
    grams.set(gram, (grams.get(gram) ?? 0) + 1);
  }
  return grams;
}

function total(grams: ReadonlyMap<string, number>): number {
  return [...grams.values()].reduce((sum, count) => sum + count, 0);
}
