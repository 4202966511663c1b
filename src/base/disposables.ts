export interface Disposable {
  dispose(): void;
}

/**
 * Owns disposables and disposes them in reverse order of registration, once. A disposable added after the store
 * was disposed is disposed at once, so that a slow start cannot leak past a shutdown.
 */
export class DisposableStore implements Disposable {
  private readonly items: Disposable[] = [];
  private disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.disposed) {
      item.dispose();
    } else {
      this.items.push(item);
    }
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.items.splice(0).reverse()) {
      item.dispose();
    }
  }
}
