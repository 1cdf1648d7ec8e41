/** How much of something was done in one go, and whether there may be more. */
export interface Progress {
  readonly done: number;
  readonly hasMore: boolean;
}
