/** The elements of two arrays of one length, side by side. */
export function zip<A, B>(as: readonly A[], bs: readonly B[]): [A, B][] {
  return as.map((a, index) => [a, bs[index]!]);
}
