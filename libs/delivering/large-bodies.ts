import type { Lane } from './lane.js';
import type { TenantPart } from './tenant-part.js';

/**
 * Bodies that were too large to come along and are loaded for their requests. Each takes some four times its size, as rows,
 * text and bytes, and may have a megabyte: so this many at a time, whatever is asked for.
 */
const MAX_LOADED = 32;

/**
 * Who may load a large body now. A tenant may have as many of them as are free: whoever is alone has half, and one whose
 * receivers hang leaves some to the others. A lane that has to wait stays where it is, and holds no slot meanwhile.
 */
export class LargeBodies {
  private loaded = 0;
  private waiting: Lane[] = [];
  private readonly isWaiting = new Set<Lane>();

  /** Counts a body in, to be let go by {@link released}; otherwise the lane waits until then. */
  take(lane: Lane): boolean {
    const part = lane.part!;
    if (part.largeBodies < MAX_LOADED - this.loaded) {
      part.largeBodies += 1;
      this.loaded += 1;
      return true;
    }
    if (!this.isWaiting.has(lane)) {
      this.isWaiting.add(lane);
      this.waiting.push(lane);
    }
    return false;
  }

  /** A tenant's body is gone: answers the lanes that may ask again. */
  released(part: TenantPart<Lane>): Lane[] {
    part.largeBodies -= 1;
    this.loaded -= 1;
    const { waiting } = this;
    this.waiting = [];
    this.isWaiting.clear();
    return waiting;
  }
}
