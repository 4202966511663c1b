import { KvCache, type CacheUse } from './kvCache';

/** Text that shares so much with what a cache holds, or is held of it, goes on where that is. */
const closeShare = 0.5;

/**
 * The KV caches of one session. Text that goes on with what one of them holds is read there; other text takes the place
 * of what was not used for longest. So a completion finds its prompt again after a check or an explanation has run, and
 * when the user comes back from another file. What is scored branches off from a text that was generated from, so that
 * a check reads neither that text nor makes the next completion read it again.
 */
export class KvCaches {
  private readonly caches: KvCache[]; // the one not used for longest first

  constructor(
    capacity: number,
    count: number,
    /** Whether a run may read one memory and write another. */
    private readonly canBranch: boolean,
  ) {
    this.caches = Array.from({ length: count }, (_, memoryIndex) => new KvCache(capacity, memoryIndex));
  }

  /** The cache in which `ids` are to be read. It counts as used. */
  take(ids: readonly number[], use: CacheUse): KvCache {
    const cache = this.choose(ids, use);
    cache.use = use;
    this.caches.push(...this.caches.splice(this.caches.indexOf(cache), 1));
    return cache;
  }

  /** Number of leading `ids` that one of the caches holds. */
  commonPrefixLength(ids: readonly number[]): number {
    return this.closestTo(ids).commonPrefixLength(ids);
  }

  forget(): void {
    this.caches.forEach((cache) => cache.truncate(0));
  }

  private choose(ids: readonly number[], use: CacheUse): KvCache {
    const closest = this.closestTo(ids);
    const common = closest.commonPrefixLength(ids);
    const isClose = common > 0 && common >= closeShare * Math.min(ids.length, closest.length);
    if (!isClose) {
      return this.caches[0] ?? closest;
    }
    const other = this.caches.find((cache) => cache !== closest);
    if (closest.use === use || other === undefined || !this.canBranch) {
      return closest;
    }
    // With as much in common, it has nothing to lose that would be missed.
    if (other.use !== use || other.commonPrefixLength(ids) < common) {
      other.branchFrom(closest, common);
    }
    return other;
  }

  /** Of several that hold as much of `ids` the one used last. */
  private closestTo(ids: readonly number[]): KvCache {
    return this.caches.reduce((best, cache) =>
      cache.commonPrefixLength(ids) >= best.commonPrefixLength(ids) ? cache : best,
    );
  }
}
