/** Something that was promised not to be, with a few cases of it. */
export interface Finding {
  what: string;
  count: number;
  samples: string[];
}

const MOST_SAMPLES = 5;

/** Collects what should not be, by kind. */
export class Findings {
  private readonly byKind = new Map<string, Finding>();

  add(what: string, sample: string): void {
    const finding = this.byKind.get(what) ?? { what, count: 0, samples: [] };
    finding.count += 1;
    if (finding.samples.length < MOST_SAMPLES) finding.samples.push(sample);
    this.byKind.set(what, finding);
  }

  get all(): Finding[] {
    return [...this.byKind.values()];
  }

  countOf(what: string): number {
    return this.byKind.get(what)?.count ?? 0;
  }
}
