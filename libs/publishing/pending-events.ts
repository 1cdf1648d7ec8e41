/** Events, and characters of their content, in memory on their way to the database; beyond, publishers must come back. */
const MAX_EVENTS = 20_000;
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** A tenant may have this many times what is free: seven eighths when it is alone, an even share when many want all. */
const TIMES_FREE = 7;

interface Load {
  events: number;
  characters: number;
}

/**
 * What is on its way to the database, and whose it is. A tenant that has too much of it is told to come back while there
 * is still room for all others.
 */
export class PendingEvents {
  private readonly total: Load = { events: 0, characters: 0 };
  private readonly byTenant = new Map<string, Load>();

  /** Counts an event in, to be let go by {@link leave}; false when its tenant must wait. */
  enter(tenant: string, characters: number): boolean {
    const own = this.byTenant.get(tenant);
    if (!hasRoom(this.total, own ?? NOTHING)) return false;
    if (own) add(own, 1, characters);
    else this.byTenant.set(tenant, { events: 1, characters });
    add(this.total, 1, characters);
    return true;
  }

  leave(tenant: string, characters: number): void {
    const own = this.byTenant.get(tenant)!;
    add(own, -1, -characters);
    if (own.events === 0) this.byTenant.delete(tenant);
    add(this.total, -1, -characters);
  }
}

const NOTHING: Load = { events: 0, characters: 0 };

function hasRoom(total: Load, own: Load): boolean {
  return (
    own.events < (MAX_EVENTS - total.events) * TIMES_FREE &&
    own.characters < (MAX_CHARACTERS - total.characters) * TIMES_FREE
  );
}

function add(load: Load, events: number, characters: number): void {
  load.events += events;
  load.characters += characters;
}
