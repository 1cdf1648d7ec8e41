/** Whoever waits for a turn, in the order of coming. */
export class Round<Member> {
  private members: Member[] = [];
  private head = 0;

  get length(): number {
    return this.members.length - this.head;
  }

  join(member: Member): void {
    this.members.push(member);
  }

  /** Takes out whose turn it is; undefined when nobody waits. */
  next(): Member | undefined {
    if (this.head === this.members.length) return undefined;
    const member = this.members[this.head]!;
    this.head += 1;
    if (this.head === this.members.length) {
      this.members = [];
      this.head = 0;
    } else if (this.head > 256 && this.head * 2 > this.members.length) {
      this.members = this.members.slice(this.head);
      this.head = 0;
    }
    return member;
  }
}
